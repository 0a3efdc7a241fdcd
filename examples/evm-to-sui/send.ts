/**
 * Sends a message from an EVM chain to a recipient on Sui, and follows it until it has arrived.
 *
 *   npm run localnet                                  in another terminal
 *   npx node examples/evm-to-sui/send.ts "hello, Sui"
 */
import { createWalletClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createCorridor, parseDeployment } from '../../prover/sdk/index.ts';
import { explain, readLocalnet } from '../localnet.ts';

// Where Corridor is. A local network's file also names funded keys, and recipients to write to.
const file = readLocalnet();
const deployment = parseDeployment(file);
const evm = deployment.chains.find(({ kind }) => kind === 'evm')!;
const sui = deployment.chains.find(({ kind }) => kind === 'sui')!;
const { funded, recipients } = file.localnet;

const corridor = createCorridor(deployment);
const wallet = createWalletClient({ account: privateKeyToAccount(funded.evm.key), transport: http(evm.rpc[0]) });

const body = new TextEncoder().encode(process.argv[2] ?? 'hello, Sui');
try {
  const sent = await corridor.send({ wallet, from: evm.chain, to: sui.chain, recipient: recipients.sui[0], body });
  console.log(`sent       ${sent.messageId} in ${sent.transaction}`);

  for await (const step of corridor.track(sent, { timeoutMilliseconds: 120_000 })) {
    if (step.stage === 'final' || step.stage === 'proven') console.log(step.stage);
    if (step.stage === 'refused') console.log(`refused    ${step.reason}; it is tried again`);
    if (step.stage === 'delivered') {
      console.log(`delivered  in ${step.transaction}`);
      const [received] = await corridor.receivedIn(sui.chain, step.transaction!);
      console.log(`received   ${new TextDecoder().decode(received!.message!.body)}`);
    }
  }
} catch (error) {
  explain(error);
}
