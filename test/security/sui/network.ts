/** One network for all files of this folder: three operators, policy 3 of 3, with real DCAP registrations. */
import type { Transaction } from '@mysten/sui/transactions';
import { Network, type Run } from '../../contracts/sui/network.ts';
import { publishSui, setUpSui, type Published } from '../../../scripts/deploy/sui.ts';
import type { Message } from '../../../prover/protocol/index.ts';

let started: Promise<Network> | undefined;
let sequence = 0;
let other: Promise<Published> | undefined;

export function network(): Promise<Network> {
  started ??= Network.start({ seed: 'security', enclaves: 4 });
  return started;
}

/** A second deployment of the same packages on the same chain, set up in the same way: what an attacker can make. */
export function secondDeployment(): Promise<Published> {
  other ??= (async () => {
    const { context, config } = await network();
    const published = await publishSui(context);
    await setUpSui(context, published, { ...config, network: 'second' });
    return published;
  })();
  return other;
}

/** A run of messages with nonces that no test had before. */
export async function freshRun(count = 1, changes: Partial<Message> = {}): Promise<Run> {
  const net = await network();
  return net.run(Array.from({ length: count }, () => net.message(sequence++, changes)));
}

/** The network's failure when a transaction is ill typed or leaves a value behind. */
export const ILL_TYPED = /CommandArgumentError|TypeMismatch|TypeArgumentError/;
export const LEFT_BEHIND = /UnusedValueWithoutDrop/;

/** Accepts and delivers the one message of a run. */
export function deliverOne(net: Network, run: Run, signatures?: Uint8Array): (tx: Transaction) => void {
  return (tx) => net.deliver(tx, net.accept(tx, run, signatures ?? net.sign(run)), run, 0);
}
