/**
 * The enclave on the simulated platform: the measured program as it is, with a driver that no build for production
 * contains. Its first argument is the socket of the agent (agent.ts), the others are the enclave's own.
 */
import { dstackAttester } from '../../prover/enclave/attestation/dstack.ts';
import { run } from '../../prover/enclave/main.ts';

const [agent, ...args] = process.argv.slice(2);
if (agent === undefined) throw new Error('give the path of the agent’s socket first, then the options of the enclave');
await run({ ...dstackAttester(agent), platform: 'simulated' }, args);
