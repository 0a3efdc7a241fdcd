/**
 * What the same calls cost on Sui: instructions of the virtual machine, and MIST for computation and for the storage of
 * what is written, before the rebate for what was there. The local network models Sui's gas (version 11) at the
 * reference price of 1,000; no figure is measured on a node of Sui's own.
 */
import { Network, ORIGIN_CHAIN, type Ran } from '../../../test/contracts/sui/network.ts';
import type { Figures, Section } from './figures.ts';

const BODY = new Uint8Array(64).fill(0xb0);
const BATCH = 32;

/** `send`, `deliver_single_3of5`, `deliver_batch32_3of5_per_message` and `register_tdx4`, each with `sui_` before it. */
export const suiFigures: Section = async () => {
  const network = await Network.start({ seed: 'bench' });
  const figures: Figures = {};
  const record = async (name: string, { digest, report }: Ran, share = 1): Promise<void> => {
    const result = await network.context.client.getTransaction({ digest, include: { effects: true } });
    if (result.$kind !== 'Transaction') throw new Error(`${name} failed`);
    const { computationCost, storageCost } = result.Transaction.effects.gasUsed;
    const of = (value: number | string): number => Math.round(Number(value) / share);
    figures[`sui_${name}_instructions`] = of(report.instructions);
    figures[`sui_${name}_computation_mist`] = of(computationCost);
    figures[`sui_${name}_storage_mist`] = of(storageCost);
  };
  let sequence = 0;
  const run = (count: number) =>
    network.run(Array.from({ length: count }, () => network.message(sequence++, { body: BODY })));
  const single = (): Promise<Ran> => {
    const one = run(1);
    return network.ok((tx) => network.deliver(tx, network.accept(tx, one, network.sign(one)), one, 0));
  };

  const cap = await newSender(network);
  await send(network, cap);
  await record('send', await send(network, cap));
  // The first word of nonces is written once for 256 messages.
  await single();
  await record('deliver_single_3of5', await single());
  const batch = run(BATCH);
  await record('deliver_batch32_3of5_per_message', await network.ok((tx) => network.deliverRun(tx, batch)), BATCH);
  const enclave = network.enclave(network.enclaves[0]!.machine, 0, 'one more');
  await record('register_tdx4', await network.register(enclave));
  return figures;
};

async function newSender(network: Network): Promise<string> {
  const { types } = await network.ok((tx) => {
    tx.transferObjects([network.calls.corridor.outbox.newSender(tx)], network.context.signer.toSuiAddress());
  });
  return Object.entries(types).find(([, type]) => type.endsWith('::outbox::SenderCap'))![0];
}

function send(network: Network, cap: string): Promise<Ran> {
  const { outbox } = network.calls.corridor;
  return network.ok((tx) => {
    const executionGas = 100_000;
    const [fee] = tx.splitCoins(tx.gas, [
      outbox.quote(tx, {
        self: network.objects.outbox,
        destinationChain: ORIGIN_CHAIN,
        bodyLength: BODY.length,
        executionGas,
      }),
    ]);
    outbox.send(tx, {
      self: network.objects.outbox,
      cap,
      destinationChain: ORIGIN_CHAIN,
      recipient: `0x${'0'.repeat(24)}${'b'.repeat(40)}`,
      executionGas,
      body: BODY,
      fee: fee!,
    });
  });
}
