/** What applications and anyone can do beside the hosts: the SDK, its examples as they stand, and the commands upon it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { createWalletClient, http } from 'viem';
import { audit } from '../../localnet/corridor/audit.ts';
import { ACCOUNTS, evmAccount } from '../../localnet/corridor/deployment.ts';
import { describeCorridor } from '../../localnet/corridor/network-file.ts';
import type { LocalCorridor } from '../../localnet/corridor/start.ts';
import { run as runCommand } from '../../prover/cli/program.ts';
import { LOCALNET_EVM_CHAIN } from '../../prover/protocol/index.ts';
import { createCorridor, parseDeployment, type Corridor, type Hex, type Stage } from '../../prover/sdk/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Cases for a network that runs. The last of them stops its host. */
export function testSdk(network: () => LocalCorridor): void {
  const evm = LOCALNET_EVM_CHAIN;
  const signer = Ed25519Keypair.generate();
  let local: LocalCorridor;
  let sui: bigint;
  let file: string;
  let corridor: Corridor;
  let alone: Corridor;
  let wallet: ReturnType<typeof createWalletClient>;

  before(async () => {
    local = network();
    sui = local.deployment.suiChain;
    const { sui: onSui, evm: onEvm } = local.network;
    await requestSuiFromFaucetV2({ host: onSui.faucetUrl, recipient: signer.toSuiAddress() });
    const guest = { address: signer.toSuiAddress(), key: signer.getSecretKey() };
    const description = JSON.stringify(describeCorridor(local, guest));
    file = path.join(local.folder, 'localnet.json');
    writeFileSync(file, description);
    const deployment = parseDeployment(JSON.parse(description));
    corridor = createCorridor(deployment);
    alone = createCorridor(deployment, { hosts: [] });
    wallet = createWalletClient({ account: evmAccount(ACCOUNTS.guest), transport: http(onEvm.url) });
  });

  const follow = async (client: Corridor, id: Hex, isOver: (stage: Stage) => boolean): Promise<Stage[]> => {
    const stages: Stage[] = [];
    for await (const stage of client.track(id, { pollMilliseconds: 100, timeoutMilliseconds: 90_000 })) {
      stages.push(stage);
      if (isOver(stage)) break;
    }
    return stages;
  };
  const names = (stages: readonly Stage[]): string[] => stages.map(({ stage }) => stage);

  const sendBothWays = (recipient: 0 | 1, text: string) => {
    const { onEvm, onSui } = local.application;
    const body = new TextEncoder().encode(text);
    return Promise.all([
      corridor.send({ wallet, from: evm, to: sui, recipient: onSui[recipient]!.address, body }),
      corridor.send({ signer, from: sui, to: evm, recipient: onEvm[recipient]!.address, body }),
    ]);
  };

  const command = async (...args: string[]): Promise<{ exitCode: number; shown: any }> => {
    const said: string[] = [];
    const terminal = { out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
    const [name, ...rest] = args as [string, ...string[]];
    const exitCode = await runCommand([name, '--network', file, '--json', ...rest], { ...terminal, isColoured: false });
    return { exitCode, shown: JSON.parse(said.join('\n')) };
  };

  it('runs the example of each direction as it stands', async () => {
    const env = { ...process.env, CORRIDOR_DEPLOYMENT: file };
    const run = (name: string, text: string) =>
      promisify(execFile)(process.execPath, [`examples/${name}/send.ts`, text], { cwd: ROOT, env });
    const outputs = await Promise.all([run('evm-to-sui', 'a word to Sui'), run('sui-to-evm', 'a word to Ethereum')]);
    for (const [i, { stdout }] of outputs.entries()) {
      assert.match(stdout, /^sent {7}0x[0-9a-f]{64} in \S+$/m);
      assert.match(stdout, /^final\nproven\ndelivered {2}in \S+$/m, stdout);
      assert.match(stdout, new RegExp(`^received {3}a word to ${['Sui', 'Ethereum'][i]}$`, 'm'));
    }
  });

  it('follows messages by the chains alone, and finds them by their ids', async () => {
    for (const sent of await sendBothWays(0, 'no host is asked')) {
      const stages = await follow(alone, sent.messageId, () => false);
      assert.deepEqual([names(stages)[0], names(stages).at(-1)], ['sent', 'delivered']);
      assert.ok(stages.every((stage) => stage.stage === 'sent' || stage.source === 'chain'));
      const { destinationChain } = sent.message;
      const { transaction } = stages.at(-1) as { transaction: string };
      const [received] = await alone.receivedIn(destinationChain, transaction);
      assert.deepEqual([received?.messageId, received?.message], [sent.messageId, sent.message]);
    }
  });

  it('sends and tracks by command', async () => {
    const [recipient] = local.application.onSui;
    const way = ['--from', 'evm', '--to', 'sui', '--recipient', `0x${Buffer.from(recipient!.address).toString('hex')}`];
    const quote = await command('send', ...way, '--body', 'by command', '--quote');
    const { exitCode, shown } = await command('send', ...way, '--body', 'by command', '--track', '--timeout', '90');
    assert.deepEqual([quote.exitCode, exitCode, shown.fee], [0, 0, `${quote.shown.fee} wei`]);
    assert.deepEqual([shown.delivered, shown.stages.at(-1).source], [true, 'chain']);
    const again = await command('track', shown.sentIn, '--from', 'evm', '--no-hosts', '--timeout', '0');
    assert.deepEqual([again.exitCode, again.shown.message, again.shown.delivered], [0, shown.message, true]);
    const nowhere = await command('send', ...way.slice(0, 3), '1', ...way.slice(4), '--body', 'x');
    assert.deepEqual([nowhere.exitCode, nowhere.shown.error], [2, 'UnknownChain']);
  });

  it('delivers what a recipient refused, without a host, from what the chains have', async () => {
    const { application } = local;
    const shut = [application.onEvm[1]!, application.onSui[1]!];
    await Promise.all(shut.map((recipient) => recipient.setOpen(false)));
    const [toSui, toEvm] = await sendBothWays(1, 'refused at first');
    for (const { messageId } of [toSui, toEvm]) {
      const stages = await follow(corridor, messageId, ({ stage }) => stage === 'refused');
      assert.deepEqual(names(stages), ['sent', 'final', 'proven', 'refused']);
    }
    const signed = await corridor.proofOf(toEvm.messageId, { from: 'host' });
    assert.ok(signed.signatures.length >= 130);
    await local.hosts.splice(0, 1)[0]!.stop();

    // Refused once more. On Sui that is foreseen, so that nothing is sent.
    const failed = await command('deliver', toSui.messageId, '--no-hosts');
    assert.deepEqual([failed.exitCode, failed.shown.outcome, failed.shown.transaction], [1, 'failed', undefined]);
    const reverted = await alone.deliver(toEvm, { wallet });
    assert.equal((await alone.receivedIn(evm, reverted.transaction!))[0]?.outcome, 'failed');
    await Promise.all(shut.map((recipient) => recipient.setOpen(true)));
    // To Sui by the root that is kept there; to EVM by the signatures that the host gave while it ran.
    assert.equal((await alone.proofOf(toSui.messageId)).signatures.length, 0);
    assert.equal((await alone.deliver(toSui, { signer })).outcome, 'delivered');
    assert.equal((await alone.deliver(toEvm, { wallet, proof: signed })).outcome, 'delivered');
    await assert.rejects(alone.deliver(toEvm, { wallet }), { code: 'AlreadyDelivered' });
    assert.ok((await audit(local.deployment)).isExact);
  });
}
