/**
 * Gas of whole transactions on registry, outbox and inbox: bodies of 64 bytes, five signers of whom three sign, a recipient
 * that emits the message's id and does nothing else (`…_logging_body`: emits the body too), and everything in use before, as it is after the first day.
 */
import type { Hex, TransactionReceipt } from 'viem';
import { createAttestedWorld } from '../../../contracts-evm/test/harness/attested.ts';
import { bytes, bytes32 } from '../../../contracts-evm/test/harness/fixtures.ts';
import { FAR_CHAIN, nonceOf, recipientOf } from '../../../contracts-evm/test/harness/world.ts';
import type { Figures } from './figures.ts';

/** The time of the first block: with it, all hashes and so all calldata are the same in every run. */
const START_SECONDS = 1_770_000_000;
const BATCH = 32;

/** Figures named `…_per_message` are the transaction's gas divided by its messages, rounded up. */
export async function contractFigures(): Promise<Figures> {
  const world = await createAttestedWorld({ atSeconds: START_SECONDS });
  const { registry, outbox, inbox, operators, anyone, chain, guard } = world;
  const enclaves = await world.registerMany(5);
  const [operator] = operators;
  const three = enclaves.slice(1, 4);
  const recipient = await chain.deploy('EmittingRecipient', [inbox.address]);
  const logging = await chain.deploy('LoggingRecipient', [inbox.address]);
  const unruly = await chain.deploy('UnrulyRecipient');
  await unruly.send('behave', [1, unruly.address, '0x']);
  const gasOf = ({ gasUsed }: TransactionReceipt): number => Number(gasUsed);

  let sequence = 0;
  /** A run of the next messages of the lane. */
  const nextRun = (count: number, to = recipient) => {
    const first = sequence;
    sequence += count;
    const messages = Array.from({ length: count }, (_, i) =>
      world.message({ nonce: nonceOf(first + i), recipient: recipientOf(to), body: bytes(`body ${first + i}`, 64) }),
    );
    return world.runOf(messages, { anchorTimestampSeconds: BigInt(START_SECONDS) });
  };
  /** Delivers the next messages of the lane in one call. */
  const deliver = async (count: number, to = recipient) => {
    const run = await nextRun(count, to);
    return inbox.send('deliver', [run.statement, await world.signed(run.digest, three), run.messages], {
      from: anyone,
    });
  };
  const send = async () => {
    const [gas, body] = [200_000, bytes('body', 64)];
    const value = (await outbox.read('quote', [FAR_CHAIN, 64, gas])) as bigint;
    return outbox.send('send', [FAR_CHAIN, bytes32('recipient'), gas, body], { from: anyone, value });
  };
  const register = async (name: string, isCompact: boolean) => {
    const { candidate, evidence } = await world.applicationOf('tdx4', name, isCompact, operator!);
    return registry.send('register', [candidate, evidence], { from: operator! });
  };

  // Brings everything into use: the lane's slot, a word of spent nonces, the platform's number.
  await send();
  await deliver(1);
  const firstOnPlatform = await register('first key', true);

  const kept = await nextRun(3);
  const accepted = await inbox.send('accept', [kept.statement, await world.signed(kept.digest, three)], {
    from: anyone,
  });
  const one: readonly unknown[] = [kept.statement, '0x' as Hex, 1, kept.proof(1), kept.messages[1]];
  const [rejudged] = enclaves;
  await guard(registry, 'denyAdvisory', [1]);
  const rejudge = await registry.send('rejudge', [rejudged!.signer, rejudged!.facts], { from: anyone });
  for (const { signer, facts } of enclaves.slice(1)) await registry.send('rejudge', [signer, facts], { from: anyone });
  await inbox.send('accept', [kept.statement, await world.signed(kept.digest, three)], { from: anyone });

  return {
    send: gasOf(await send()),
    deliver_single_3of5: gasOf(await deliver(1)),
    deliver_single_3of5_logging_body: gasOf(await deliver(1, logging)),
    deliver_batch32_3of5_per_message: Math.ceil(gasOf(await deliver(BATCH)) / BATCH),
    deliver_single_3of5_failing: gasOf(await deliver(1, unruly)),
    accept_3of5: gasOf(accepted),
    deliver_one_kept: gasOf(await inbox.send('deliverOne', one, { from: anyone })),
    register_tdx4: gasOf(await register('second key', true)),
    register_tdx4_plain: gasOf(await register('third key', false)),
    register_tdx4_new_platform: gasOf(firstOnPlatform),
    rejudge: gasOf(rejudge),
    revoke: gasOf(await guard(registry, 'revoke', [enclaves[4]!.signer])),
  };
}
