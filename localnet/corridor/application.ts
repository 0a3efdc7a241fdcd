/** The example application of examples, deployed on both chains of a local network: it sends and receives. */
import path from 'node:path';
import type { SuiClientTypes } from '@mysten/sui/client';
import { Inputs, Transaction } from '@mysten/sui/transactions';
import { createWalletClient, http, parseEventLogs, type Address, type Hex } from 'viem';
import { buildPackage } from '../sui/build/builder.ts';
import { outboxAbi } from '../../prover/bindings/evm/index.ts';
import { corridorCalls, MessageSent } from '../../prover/bindings/sui/corridor.ts';
import { failureOf } from '../../prover/bindings/sui/failure.ts';
import { executeSui } from '../../prover/host/operators/sui.ts';
import {
  decodeMessageSentEvent,
  fromEvmAddress,
  fromHex,
  LOCALNET_EVM_CHAIN,
  toHex,
} from '../../prover/protocol/index.ts';
import { artifactOf } from '../../scripts/deploy/evm/artifacts.ts';
import type { Network } from '../network.ts';
import { ACCOUNTS, evmAccount, type LocalDeployment } from './deployment.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A message that has been sent, with its transaction. */
export interface Sent {
  readonly messageId: Hex;
  readonly transaction: string;
  readonly gas: bigint;
  readonly nonce: bigint;
}

/** One recipient of the application. */
export interface Recipient {
  /** 32 bytes */
  readonly address: Uint8Array;
  setOpen(isOpen: boolean): Promise<void>;
}

export interface LocalApplication {
  /** Recipients on EVM, and on Sui */
  readonly onEvm: readonly Recipient[];
  readonly onSui: readonly Recipient[];
  /** Sends several messages to a recipient on Sui, in one block where it can be. */
  sendFromEvm(recipient: Uint8Array, bodies: readonly Uint8Array[]): Promise<Sent[]>;
  /** Sends several messages to a recipient on EVM, in one transaction. */
  sendFromSui(recipient: Uint8Array, bodies: readonly Uint8Array[], executionGas?: number): Promise<Sent[]>;
}

/** What the recipient needs there: Echo takes about 10,000 gas and 8 for a byte. */
const EXECUTION_GAS = 100_000;

/** MIST for a transaction of sends; what the protocol lets a transaction compute at the usual price. */
const SEND_BUDGET = 5_000_000_000n;

/** Deploys the application: two recipients on each chain. */
export async function deployApplication(network: Network, deployment: LocalDeployment): Promise<LocalApplication> {
  const evm = await deployOnEvm(network, deployment);
  const sui = await deployOnSui(deployment);
  return { onEvm: evm.recipients, sendFromEvm: evm.send, onSui: sui.recipients, sendFromSui: sui.send };
}

async function deployOnEvm(network: Network, { evm, evmClient, suiChain }: LocalDeployment) {
  const account = evmAccount(ACCOUNTS.user);
  const wallet = createWalletClient({ transport: http(network.evm.url), account });
  const { abi, bytecode } = artifactOf('Echo');
  const recipients: Recipient[] = [];
  for (let i = 0; i < 2; i++) {
    const hash = await wallet.deployContract({ abi, bytecode, args: [evm.contracts.inbox], chain: null });
    const { contractAddress } = await evmClient.waitForTransactionReceipt({ hash });
    const address = contractAddress as Address;
    recipients.push({
      address: fromEvmAddress(fromHex(address.toLowerCase())),
      async setOpen(isOpen) {
        const call = { address, abi, functionName: 'setOpen', args: [isOpen], chain: null } as const;
        await evmClient.waitForTransactionReceipt({ hash: await wallet.writeContract(call) });
      },
    });
  }
  const send = async (recipient: Uint8Array, bodies: readonly Uint8Array[]): Promise<Sent[]> => {
    const { outbox } = evm.contracts;
    let nonce = await evmClient.getTransactionCount({ address: account.address, blockTag: 'pending' });
    const hashes: Hex[] = [];
    for (const body of bodies) {
      const value = await evmClient.readContract({
        address: outbox,
        abi: outboxAbi,
        functionName: 'quote',
        args: [suiChain, body.length, EXECUTION_GAS],
      });
      const args = [suiChain, toHex(recipient), EXECUTION_GAS, toHex(body)] as const;
      const call = { address: outbox, abi: outboxAbi, functionName: 'send', args, value, nonce: nonce++ } as const;
      // Given, since estimates of several sends in one block start from the same state.
      hashes.push(await wallet.writeContract({ ...call, gas: 150_000n + 100n * BigInt(body.length), chain: null }));
    }
    const receipts = await Promise.all(hashes.map((hash) => evmClient.waitForTransactionReceipt({ hash })));
    return receipts.map(({ logs, transactionHash, gasUsed, status }) => {
      if (status !== 'success') throw new Error(`sending failed in ${transactionHash}`);
      const [event] = parseEventLogs({ abi: outboxAbi, eventName: 'MessageSent', logs });
      const { messageId, message } = event!.args;
      return { messageId, transaction: transactionHash, gas: gasUsed, nonce: BigInt(`0x${message.slice(38, 54)}`) };
    });
  };
  return { recipients, send };
}

async function deployOnSui({ sui, suiContext, suiChain }: LocalDeployment) {
  const { client, signer } = suiContext;
  const corridor = sui.packages.corridor.id;
  const run = (what: string, build: (tx: Transaction) => void) =>
    executeSui(client, signer as never, corridor, what, build);
  const built = await buildPackage(path.join(ROOT, 'examples/move/echo'), {
    published: { corridor: { publishedAt: corridor } },
  });
  const owner = signer.toSuiAddress();
  const gasPrice = (await client.getReferenceGasPrice()).referenceGasPrice;
  const publishing = await run('publishing echo', (tx) => {
    const cap = tx.publish({ modules: built.modules.map((module) => [...module]), dependencies: built.dependencies });
    tx.transferObjects([cap], owner);
  });
  const packageId = publishing.packageId!;
  const recipients: Recipient[] = [];
  let senderCap = '';
  for (let i = 0; i < 2; i++) {
    const made = await run('making an echo', (tx) => {
      const [keeper, sender] = tx.moveCall({
        target: `${packageId}::echo::new`,
        arguments: [tx.pure.address(packageId)],
      });
      tx.transferObjects([keeper!, sender!], owner);
    });
    const find = (suffix: string): string => Object.entries(made.types).find(([, type]) => type.endsWith(suffix))![0];
    const [echo, keeper] = [find('::echo::Echo'), find('::echo::Keeper')];
    senderCap = find('::outbox::SenderCap');
    const { object } = await client.getObject({ objectId: echo, include: { content: true } });
    // The capability stands inside of the echo, behind its own id.
    const address = object.content.slice(32, 64);
    recipients.push({
      address,
      async setOpen(isOpen) {
        await run('opening an echo', (tx) => {
          const target = `${packageId}::echo::set_open`;
          tx.moveCall({ target, arguments: [tx.object(echo), tx.object(keeper), tx.pure.bool(isOpen)] });
        });
      },
    });
  }
  const { outbox } = corridorCalls(corridor);
  const shared = await client.getObject({ objectId: sui.objects.outbox });
  const since = shared.object.owner.Shared!.initialSharedVersion;
  const self = Inputs.SharedObjectRef({
    objectId: sui.objects.outbox,
    initialSharedVersion: since,
    mutable: true,
  });
  const send: LocalApplication['sendFromSui'] = async (recipient, bodies, executionGas = EXECUTION_GAS) => {
    // Everything is named, so that the node need not run the transaction three or four times to find out.
    const tx = new Transaction();
    const [{ object: capObject }, coins] = await Promise.all([
      client.getObject({ objectId: senderCap }),
      client.listCoins({ owner }),
    ]);
    const cap = Inputs.ObjectRef(capObject);
    tx.setSender(owner);
    tx.setGasPayment(coins.objects);
    tx.setGasPrice(gasPrice);
    tx.setGasBudget(SEND_BUDGET);
    tx.setExpiration({ None: true });
    for (const body of bodies) {
      const lane = { destinationChain: LOCALNET_EVM_CHAIN, executionGas };
      const value = outbox.quote(tx, { self, bodyLength: body.length, ...lane });
      const [fee] = tx.splitCoins(tx.gas, [value]);
      outbox.send(tx, { self, cap, recipient: toHex(recipient), body, fee: fee!, ...lane });
    }
    const include = { effects: true, events: true } as const;
    const result = await client.signAndExecuteTransaction({ transaction: tx, signer: signer as never, include });
    if (result.$kind !== 'Transaction') {
      throw new Error(`sending failed: ${failureOf(corridor, result.FailedTransaction.status).text}`);
    }
    const { digest, effects, events } = result.Transaction as SuiClientTypes.Transaction<typeof include>;
    const { computationCost, storageCost, storageRebate } = effects.gasUsed;
    const gas = BigInt(computationCost) + BigInt(storageCost) - BigInt(storageRebate);
    const type = `${corridor}::${MessageSent.name}`;
    return events
      .filter(({ eventType }) => eventType === type)
      .map(({ bcs }) => {
        const { messageId, message } = decodeMessageSentEvent(suiChain, fromHex(sui.objects.outbox), bcs);
        return {
          messageId: toHex(messageId),
          transaction: digest,
          gas: gas / BigInt(bodies.length),
          nonce: message.nonce,
        };
      });
  };
  return { recipients, send };
}
