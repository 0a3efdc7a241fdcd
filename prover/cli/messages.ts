/** `corridor send | track | deliver`: messages, upon the SDK. */
import type { Command } from 'commander';
import { createWalletClient, fallback, http, isHex } from 'viem';
import {
  createCorridor,
  showAddress,
  toBytes,
  type Corridor,
  type CorridorError,
  type EvmPayer,
  type Hex,
  type MessageReference,
  type Sent,
  type Stage,
  type SuiPayer,
} from '../sdk/index.ts';
import { CliError, EXIT } from './errors.ts';
import { readBytes } from './files.ts';
import { addNetworkOptions, demandChains, placeNamed, readNetwork, type NetworkFlags } from './network.ts';
import type { EvmNetwork, NetworkFile, SuiNetwork } from './network-file.ts';
import { addKeyOptions, evmAccountOf, evmKey, hasKey, suiKey, suiKeypairOf, type KeyFlags } from './operator/keys.ts';
import { json, paint, table, type Terminal } from './output.ts';

interface CommonFlags extends NetworkFlags, KeyFlags {
  hosts: boolean;
  json?: boolean;
}

interface SendFlags extends CommonFlags {
  from: string;
  to: string;
  recipient: string;
  body?: string;
  bodyFile?: string;
  gas: string;
  senderCap?: string;
  quote?: boolean;
  track?: boolean;
  timeout: string;
}

interface TrackFlags extends CommonFlags {
  from?: string;
  timeout: string;
}

interface DeliverFlags extends CommonFlags {
  from?: string;
  dryRun?: boolean;
}

const DEFAULT_GAS = '200000';
const DEFAULT_TIMEOUT = '600';
const KEYS = 'A local network has funded keys of its own.';

/** Adds `corridor send`, `track` and `deliver`. */
export function addMessageCommands(program: Command, terminal: Terminal, setExitCode: (code: number) => void): void {
  const add = (name: string, description: string): Command =>
    addNetworkOptions(program.command(name).description(description))
      .option('--no-hosts', 'ask the chains alone')
      .option('--json', 'machine-readable output');

  addKeyOptions(add('send', 'send a message to a contract or application on another chain'))
    .requiredOption('--from <chain>', 'chain that it leaves: evm, sui or an id')
    .requiredOption('--to <chain>', 'chain that it goes to: evm, sui or an id')
    .requiredOption('--recipient <address>', "a contract's address, or the id of a RecipientCap on Sui")
    .option('--body <text>', 'what it carries: text, or bytes as 0x and hex')
    .option('--body-file <file>', 'what it carries: the bytes of a file')
    .option('--gas <units>', 'execution gas that the recipient is promised', DEFAULT_GAS)
    .option('--sender-cap <id>', 'the SenderCap to send with on Sui (default: a new one, which the payer keeps)')
    .option('--quote', 'say what the fee is, and send nothing')
    .option('--track', 'wait until it is delivered')
    .option('--timeout <seconds>', 'with --track, how long to wait', DEFAULT_TIMEOUT)
    .addHelpText(
      'after',
      `\n${KEYS}\n\nExample:\n  corridor send --from evm --to sui --recipient 0x5c… --body hello --track`,
    )
    .action(async (flags: SendFlags) => {
      const network = readNetwork(flags);
      const from = placeNamed(network.chains, flags.from);
      const request = {
        ...{ from: from.chain, to: placeNamed(network.chains, flags.to).chain, recipient: flags.recipient },
        ...{ body: bodyOf(flags), executionGas: numberOf(flags.gas, '--gas') },
      };
      const corridor = await open(network, flags);
      const fee = await corridor.quoteFee(request);
      const unit = from.kind === 'evm' ? 'wei' : 'MIST';
      if (flags.quote) return terminal.out(flags.json ? json({ fee, unit }) : `${fee} ${unit}`);
      const payer = await payerOf(network, from, flags);
      const sender = flags.senderCap === undefined ? {} : { senderCap: flags.senderCap };
      const sent = await corridor.send({ ...request, ...payer, ...('signer' in payer ? sender : {}) });
      const shown = { ...describe(sent), fee: `${fee} ${unit}`, gas: `${sent.gas} ${unit === 'wei' ? 'gas' : unit}` };
      if (!flags.track) return terminal.out(flags.json ? json(shown) : table(terminal, shown));
      if (!flags.json) terminal.out(table(terminal, shown));
      await follow(corridor, sent, flags, { terminal, setExitCode, shown });
    });

  add('track', 'follow a message until it is delivered; exit code 3 where that takes longer than --timeout')
    .argument('<message>', 'message id; or with --from a transaction that sent one message')
    .option('--from <chain>', 'chain that the transaction is on: evm, sui or an id')
    .option('--timeout <seconds>', 'how long to wait; 0 to look once', DEFAULT_TIMEOUT)
    .addHelpText('after', '\nExample:\n  corridor track 0x8f3c…')
    .action(async (message: string, flags: TrackFlags) => {
      const network = readNetwork(flags);
      const reference = referenceOf(network, message, flags.from);
      const corridor = await open(network, flags);
      const sent = await corridor.find(reference);
      await follow(corridor, sent, flags, { terminal, setExitCode, shown: describe(sent) });
    });

  addKeyOptions(add('deliver', 'deliver a proven message, or try again where its recipient has failed: anyone may'))
    .argument('<message>', 'message id; or with --from a transaction that sent one message')
    .option('--from <chain>', 'chain that the transaction is on: evm, sui or an id')
    .option('--dry-run', 'find the proof and show it, and send nothing')
    .addHelpText(
      'after',
      `\nWhere the destination keeps a root over the message, chain data alone suffices. Otherwise a host gives signatures.\n` +
        `${KEYS}\n\nExample:\n  corridor deliver 0x8f3c… --no-hosts`,
    )
    .action(async (message: string, flags: DeliverFlags) => {
      const network = readNetwork(flags);
      const reference = referenceOf(network, message, flags.from);
      const corridor = await open(network, flags);
      const sent = await corridor.find(reference);
      if (flags.dryRun) {
        const proof = await corridor.proofOf(sent);
        const by = proof.signatures.length > 0 ? 'signatures of a host' : 'the root that is kept';
        const { statement, signatures, index, siblings } = proof;
        if (flags.json) return terminal.out(json({ ...describe(sent), by, statement, signatures, index, siblings }));
        return terminal.out(table(terminal, { ...describe(sent), by, index: String(index) }));
      }
      const place = placeNamed(network.chains, String(sent.message.destinationChain));
      const done = await corridor.deliver(sent, await payerOf(network, place, flags));
      if (done.outcome === 'failed') setExitCode(EXIT.refused);
      const shown = { ...describe(sent), ...done, gas: done.gas === undefined ? undefined : String(done.gas) };
      if (flags.json) return terminal.out(json(shown));
      const where = done.transaction === undefined ? 'nothing was sent' : `in ${done.transaction}`;
      const isGood = done.outcome === 'delivered';
      const text = isGood ? `delivered  ${where}` : `the recipient refused it: ${done.reason ?? 'it failed'}; ${where}`;
      terminal.out(paint(terminal, isGood ? 'green' : 'red', text));
    });
}

async function open(network: NetworkFile, { hosts }: CommonFlags): Promise<Corridor> {
  await demandChains(network);
  return createCorridor(network, hosts ? {} : { hosts: [] });
}

/** Says each stage as it comes. With --json one value at the end, whatever that is. */
async function follow(
  corridor: Corridor,
  sent: Sent,
  { timeout, json: asJson }: Pick<TrackFlags, 'timeout' | 'json'>,
  to: { terminal: Terminal; setExitCode: (code: number) => void; shown: Record<string, string> },
): Promise<void> {
  const { terminal, setExitCode, shown } = to;
  const timeoutMilliseconds = 1000 * numberOf(timeout, '--timeout');
  const startedAt = Date.now();
  const stages: (Stage & { at?: Date })[] = [];
  try {
    for await (const stage of corridor.track(sent, { timeoutMilliseconds })) {
      stages.push(stage);
      if (!asJson) terminal.out(line(terminal, stage, (Date.now() - startedAt) / 1000));
    }
  } catch (error) {
    if ((error as CorridorError).code !== 'Timeout' || !asJson) throw error;
    setExitCode(EXIT.unavailable);
  }
  if (!asJson) return;
  const list = stages.map((stage) => (stage.stage === 'sent' ? { stage: 'sent' } : stage));
  terminal.out(json({ ...shown, delivered: stages.at(-1)?.stage === 'delivered', stages: list }));
}

function line(terminal: Terminal, stage: Stage, seconds: number): string {
  const after = paint(terminal, 'dim', `+${seconds.toFixed(1)} s`.padStart(9));
  const name = stage.stage.padEnd(9);
  if (stage.stage === 'sent') return `${after}  ${name}  in ${stage.sent.transaction}`;
  const detail = stage.stage === 'refused' ? `${stage.reason}; it stays open` : '';
  const where = 'transaction' in stage && stage.transaction ? `in ${stage.transaction}` : '';
  const style = stage.stage === 'delivered' ? 'green' : stage.stage === 'refused' ? 'red' : undefined;
  const painted = style ? paint(terminal, style, name) : name;
  return `${after}  ${painted}  ${[detail, where, `(${stage.source})`].filter(Boolean).join(' ')}`;
}

function describe({ messageId, message, transaction }: Sent): Record<string, string> {
  const { originChain, destinationChain, nonce, sender, recipient } = message;
  return {
    message: messageId,
    from: String(originChain),
    to: String(destinationChain),
    nonce: String(nonce),
    sender: showAddress(originChain, sender),
    recipient: showAddress(destinationChain, recipient),
    sentIn: transaction,
  };
}

function referenceOf(network: NetworkFile, text: string, from: string | undefined): MessageReference {
  if (from !== undefined) return { chain: placeNamed(network.chains, from).chain, transaction: text };
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text as Hex;
  throw new CliError(
    'InvalidMessage',
    `${text} is no message id (0x and 64 hex digits); for a transaction give --from`,
  );
}

function bodyOf({ body, bodyFile }: SendFlags): Uint8Array {
  if ((body === undefined) === (bodyFile === undefined))
    throw new CliError('MissingOption', 'give either --body or --body-file');
  if (bodyFile !== undefined) return readBytes(bodyFile);
  if (!body!.startsWith('0x')) return new TextEncoder().encode(body);
  // Not taken as text: whoever mistypes a digit would pay for a message that says something else.
  if (isHex(body) && body.length % 2 === 0) return toBytes(body);
  throw new CliError(
    'InvalidBody',
    '--body begins with 0x, but no whole bytes in hex follow; text that begins so goes by --body-file',
  );
}

function numberOf(text: string, option: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CliError('InvalidNumber', `${option} ${text} is no whole number`);
}

/** Who pays on a chain: a key that was given, or a local network's own. */
async function payerOf(
  { localnet }: NetworkFile,
  place: EvmNetwork | SuiNetwork,
  flags: KeyFlags,
): Promise<EvmPayer | SuiPayer> {
  const funded = hasKey(flags, place.kind) || flags.keystore !== undefined ? undefined : localnet?.funded;
  if (place.kind === 'sui') return { signer: funded ? suiKeypairOf(funded.sui.key) : await suiKey(flags) };
  const account = funded ? evmAccountOf(funded.evm.key) : await evmKey(flags);
  return { wallet: createWalletClient({ transport: fallback(place.rpc.map((url) => http(url))), account }) };
}
