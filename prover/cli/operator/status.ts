/** Where an operator and its keys stand, as anyone can read it. */
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { formatEther, type PublicClient } from 'viem';
import { registryAbi } from '../../bindings/evm/index.ts';
import { CriteriaOperator, Registry } from '../../bindings/sui/corridor.ts';
import { idKey, readObject, readTable } from '../../bindings/sui/read.ts';
import { readJson, userPath } from '../files.ts';
import { chainName, onChain } from '../network.ts';
import type { EvmNetwork, NetworkFile, SuiNetwork } from '../network-file.ts';
import { columns, dateText, paint, table, type Terminal } from '../output.ts';
import { readSignersOnEvm } from '../registry/evm.ts';
import { readSignersOnSui } from '../registry/sui.ts';
import type { SignerView } from '../registry/view.ts';
import { chainsOf, ownedCaps, type OperatorFlags } from './access.ts';
import { evmKey, hasKey, KEY_FILES, suiKey, type KeyFlags } from './keys.ts';

type Hex = `0x${string}`;

interface OperatorView {
  readonly address: string;
  /** Wei, or MIST */
  readonly balance: bigint;
  /** By operator: the account on EVM, ids of `OperatorCap`s on Sui */
  readonly admitted: Readonly<Record<string, boolean>>;
}

export interface ChainStatus {
  readonly chain: bigint;
  readonly name: string;
  /** Undefined where no key was named */
  readonly operator: OperatorView | undefined;
  readonly keys: readonly SignerView[];
}

const SUI_DECIMALS = 9;
const SECONDS_PER_DAY = 86_400;

export function readStatus(
  network: NetworkFile,
  flags: OperatorFlags,
  signers: readonly Hex[],
): Promise<ChainStatus[]> {
  return Promise.all(
    chainsOf(network, flags).map((place) =>
      onChain(place, async (connected): Promise<ChainStatus> => {
        const common = { chain: place.chain, name: chainName(place) };
        const address = await addressOf(flags, place.kind);
        if (connected.kind === 'evm') {
          const { client, place: evm } = connected;
          return {
            ...common,
            operator: address === undefined ? undefined : await operatorOnEvm(client, evm, address),
            keys: await readSignersOnEvm(client, evm, evm.startHeight, signers),
          };
        }
        const { client, place: sui } = connected;
        return {
          ...common,
          operator: address === undefined ? undefined : await operatorOnSui(client, sui, address),
          keys: (await Promise.all(signers.map((signer) => readSignersOnSui(client, sui, signer)))).flat(),
        };
      }),
    ),
  );
}

/** The operator's address, which a keystore tells without its password. */
async function addressOf(flags: KeyFlags, kind: 'evm' | 'sui'): Promise<string | undefined> {
  if (!hasKey(flags, kind)) return undefined;
  if (flags.keystore !== undefined) {
    const file = path.join(userPath(flags.keystore), KEY_FILES[kind]);
    const { address } = (existsSync(file) ? readJson(file) : {}) as { address?: string };
    if (address !== undefined) return address.startsWith('0x') ? address : `0x${address}`;
  }
  return kind === 'evm' ? (await evmKey(flags)).address : (await suiKey(flags)).toSuiAddress();
}

async function operatorOnEvm(client: PublicClient, { registry }: EvmNetwork, address: string): Promise<OperatorView> {
  const account = address as Hex;
  const [[, isAdmitted], balance] = await Promise.all([
    client.readContract({ address: registry, abi: registryAbi, functionName: 'operatorOf', args: [account] }),
    client.getBalance({ address: account }),
  ]);
  return { address, balance, admitted: { [address.toLowerCase()]: isAdmitted } };
}

async function operatorOnSui(client: SuiGrpcClient, place: SuiNetwork, address: string): Promise<OperatorView> {
  const { operators } = (await readObject(client, Registry, place.registry)).value.criteria;
  const caps = await ownedCaps(client, place, address);
  const found = await Promise.all(caps.map((cap) => readTable(client, operators, idKey(cap), CriteriaOperator)));
  const { balance } = await client.getBalance({ owner: address });
  return {
    address,
    balance: BigInt(balance.balance),
    admitted: Object.fromEntries(caps.map((cap, i) => [cap, found[i]?.is_admitted ?? false])),
  };
}

export function renderStatus(terminal: Terminal, chains: readonly ChainStatus[]): string {
  return chains.map((chain) => renderChain(terminal, chain)).join('\n\n');
}

function renderChain(terminal: Terminal, { name, operator, keys }: ChainStatus): string {
  const lines = [paint(terminal, 'bold', name)];
  if (operator) {
    const { address, balance, admitted } = operator;
    const isSui = address.length > 42;
    const owned = Object.entries(admitted).map(([id, isAdmitted]) => {
      const text = isAdmitted ? paint(terminal, 'green', 'admitted') : paint(terminal, 'red', 'not admitted');
      return isSui ? `${text} as ${id}` : text;
    });
    const amount = isSui ? `${Number(balance) / 10 ** SUI_DECIMALS} SUI` : `${formatEther(balance)} ether`;
    const shown = {
      operator: address,
      balance: amount,
      standing: owned.join('\n            ') || 'owns no OperatorCap',
    };
    lines.push(table(terminal, shown, '  '), '');
  }
  const rows = keys.map(({ signer, tee, entry, expiresAt, status, counts, reason }) => [
    signer,
    tee ?? '',
    entry === undefined ? '' : String(entry),
    status,
    expiresAt === 0
      ? ''
      : `${dateText(expiresAt)}, in ${Math.floor((expiresAt - Date.now() / 1000) / SECONDS_PER_DAY)} days`,
    counts ? paint(terminal, 'green', 'yes') : paint(terminal, 'red', `no: ${reason}`),
  ]);
  lines.push(columns(terminal, ['key', 'TEE', 'entry', 'status', 'expires', 'counts'], rows, '  '));
  return lines.join('\n');
}
