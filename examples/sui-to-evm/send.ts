/**
 * Sends a message from Sui to a contract on an EVM chain, and follows it until it has arrived.
 *
 *   npm run localnet                                  in another terminal
 *   npx node examples/sui-to-evm/send.ts "hello, Ethereum"
 */
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { createCorridor, parseDeployment } from '../../prover/sdk/index.ts';
import { explain, readLocalnet } from '../localnet.ts';

// Where Corridor is. A local network's file also names funded keys, and recipients to write to.
const file = readLocalnet();
const deployment = parseDeployment(file);
const evm = deployment.chains.find(({ kind }) => kind === 'evm')!;
const sui = deployment.chains.find(({ kind }) => kind === 'sui')!;
const { funded, recipients } = file.localnet;

const corridor = createCorridor(deployment);
const signer = Ed25519Keypair.fromSecretKey(funded.sui.key);

const body = new TextEncoder().encode(process.argv[2] ?? 'hello, Ethereum');
const message = { from: sui.chain, to: evm.chain, recipient: recipients.evm[0], body, executionGas: 100_000 };
try {
  console.log(`fee        ${await corridor.quoteFee(message)} MIST`);
  // Without a `senderCap` a new one is made, which the signer keeps: its id is the sender that the contract sees.
  const sent = await corridor.send({ signer, ...message });
  console.log(`sent       ${sent.messageId} in ${sent.transaction}`);

  for await (const step of corridor.track(sent, { timeoutMilliseconds: 120_000 })) {
    if (step.stage === 'final' || step.stage === 'proven') console.log(step.stage);
    if (step.stage === 'refused') console.log(`refused    ${step.reason}; it is tried again`);
    if (step.stage === 'delivered') {
      console.log(`delivered  in ${step.transaction}`);
      const [received] = await corridor.receivedIn(evm.chain, step.transaction!);
      console.log(`received   ${new TextDecoder().decode(received!.message!.body)}`);
    }
  }
} catch (error) {
  explain(error);
}
