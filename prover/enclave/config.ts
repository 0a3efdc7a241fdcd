/** What an enclave is started with (docs/spec/enclave.md section 2). Its hash goes into every quote. */
import { chainFamily, isAddressOn, type ChainId } from '../protocol/chain.ts';
import { toHex } from '../protocol/bytes.ts';
import { hash } from '../protocol/hash.ts';
import { decodeCbor } from '../protocol/wire/cbor.ts';
import { check } from '../protocol/wire/errors.ts';
import { Fields } from '../protocol/wire/fields.ts';
import { insist } from './errors.ts';
import { checkConfig, type EthereumConfig, type Fork } from './ethereum/index.ts';
import { decodeCommittee, type Committee } from './sui/index.ts';

/** An Ethereum chain that messages come from. */
export interface EthereumOrigin {
  readonly kind: 'ethereum';
  readonly chain: ChainId;
  readonly lightClient: EthereumConfig;
  /** Root of the beacon block to start from, 32 bytes */
  readonly trustedBlockRoot: Uint8Array;
}

/** A Sui network that messages come from. */
export interface SuiOrigin {
  readonly kind: 'sui';
  readonly chain: ChainId;
  /** The committee to start from */
  readonly committee: Committee;
  /** The package that defines `MessageSent`, 32 bytes */
  readonly messagePackage: Uint8Array;
}

/** A lane in one generation, and the inbox that serves it. */
export interface Lane {
  readonly originChain: ChainId;
  /** 32 bytes */
  readonly originOutbox: Uint8Array;
  readonly destinationChain: ChainId;
  readonly generation: bigint;
  /** 32 bytes */
  readonly destinationInbox: Uint8Array;
}

export interface Configuration {
  readonly origins: readonly (EthereumOrigin | SuiOrigin)[];
  readonly lanes: readonly Lane[];
  /** 32 bytes */
  readonly hash: Uint8Array;
}

const TAG_CONFIGURATION = hash(new TextEncoder().encode('corridor.configuration.v1'));
const VERSION = 1n;
const MAX_ORIGINS = 16;
const MAX_LANES = 64;
const MAX_FORKS = 32;

/**
 * Hash of an encoded configuration, 32 bytes. That it is one is for `decodeConfiguration` to judge.
 */
export function configurationHash(encoded: Uint8Array): Uint8Array {
  return hash(TAG_CONFIGURATION, encoded);
}

/**
 * Decodes a configuration and checks all of it.
 * @throws WireError `MalformedFrame`, `InvalidField`, `MalformedBcs`; EnclaveError `InvalidOrigin`, `InvalidLane`
 * @throws LightClientError `InvalidConfiguration`, `InvalidCommittee`
 */
export function decodeConfiguration(encoded: Uint8Array): Configuration {
  const bytes = Uint8Array.from(encoded);
  const fields = new Fields(decodeCbor(bytes));
  const version = fields.u64('version');
  check(version === VERSION, 'InvalidField', () => `configuration version ${version}; this build reads ${VERSION}`);
  const origins = fields.maps('origins', MAX_ORIGINS).map(readOrigin);
  const lanes = fields.maps('lanes', MAX_LANES).map(readLane);
  fields.end();
  const isOrdered = origins.every(({ chain }, i) => i === 0 || chain > origins[i - 1]!.chain);
  insist(isOrdered && origins.length > 0, 'InvalidOrigin', () => 'origins must ascend by chain, at least one of them');
  const keys = lanes.map(laneKey);
  const isSet = keys.every((key, i) => i === 0 || key > keys[i - 1]!);
  insist(isSet && lanes.length > 0, 'InvalidLane', () => 'lanes must ascend, at least one of them');
  for (const { originChain } of lanes) {
    const isServed = origins.some(({ chain }) => chain === originChain);
    insist(isServed, 'InvalidLane', () => `chain ${originChain} is the origin of a lane and not among the origins`);
  }
  return { origins, lanes, hash: configurationHash(bytes) };
}

/** Names a lane in one generation; ascends as lanes do. */
export function laneKey(lane: Omit<Lane, 'destinationInbox'>): string {
  const { originChain, originOutbox, destinationChain, generation } = lane;
  const hex = (value: bigint): string => value.toString(16).padStart(16, '0');
  return [hex(originChain), toHex(originOutbox), hex(destinationChain), hex(generation)].join('/');
}

function readOrigin(fields: Fields): EthereumOrigin | SuiOrigin {
  const chain = fields.u64('chain');
  const family = chainFamily(chain);
  const kind = fields.text('kind');
  const isKnown = kind === (family === 'evm' ? 'ethereum' : 'sui');
  insist(isKnown, 'InvalidOrigin', () => `kind ${kind} of chain ${chain}; known are ethereum on EVM, and sui`);
  const origin = family === 'evm' ? readEthereum(chain, fields) : readSui(chain, fields);
  fields.end();
  return origin;
}

function readEthereum(chain: ChainId, fields: Fields): EthereumOrigin {
  const lightClient = checkConfig({
    preset: fields.text('preset') as EthereumConfig['preset'],
    genesisValidatorsRoot: fields.bytes('genesisValidatorsRoot', 32),
    forks: fields.maps('forks', MAX_FORKS).map(readFork),
    minParticipants: fields.count('minParticipants'),
  });
  return { kind: 'ethereum', chain, lightClient, trustedBlockRoot: fields.bytes('trustedBlockRoot', 32) };
}

function readFork(fields: Fields): Fork {
  const fork = { name: fields.text('name'), epoch: fields.count('epoch'), version: fields.bytes('version', 4) };
  fields.end();
  return fork;
}

function readSui(chain: ChainId, fields: Fields): SuiOrigin {
  const messagePackage = fields.bytes('messagePackage', 32);
  return { kind: 'sui', chain, committee: decodeCommittee(fields.bytes('committee')), messagePackage };
}

function readLane(fields: Fields): Lane {
  const lane = {
    originChain: fields.u64('originChain'),
    originOutbox: fields.bytes('originOutbox', 32),
    destinationChain: fields.u64('destinationChain'),
    generation: fields.uint('generation', 0xffffn),
    destinationInbox: fields.bytes('destinationInbox', 32),
  };
  fields.end();
  const isLane =
    isAddressOn(lane.originChain, lane.originOutbox) &&
    isAddressOn(lane.destinationChain, lane.destinationInbox) &&
    lane.originChain !== lane.destinationChain;
  insist(isLane, 'InvalidLane', () => 'outbox and inbox must be addresses on their chains, which must differ');
  return lane;
}
