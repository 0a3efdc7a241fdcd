/** Names shared by the whole ledger: addresses, type tags, owners, keys. */
import type { bcs } from '@mysten/sui/bcs';
import { isValidSuiAddress, normalizeSuiAddress } from '@mysten/sui/utils';

/** Which rule a caller of the ledger broke. */
export type LedgerFault = 'OUTCOME_INVALID' | 'OUTCOME_STALE' | 'TYPE_INVALID' | 'CLOCK_INVALID' | 'EPOCH_INVALID';

/** Thrown when a caller hands the ledger something that no Sui ledger could hold. Nothing has changed then. */
export class LedgerError extends Error {
  readonly code: LedgerFault;
  constructor(code: LedgerFault, message: string) {
    super(message);
    this.code = code;
    this.name = 'LedgerError';
  }
}

/** Owner of an object, as in Sui's BCS. Addresses have 64 digits. */
export type Owner = typeof bcs.Owner.$inferType;

/** A parsed type tag. */
export type TypeTag = Exclude<Parameters<typeof bcs.TypeTag.serialize>[0], string>;
/** A parsed struct tag. */
export type StructTag = typeof bcs.StructTag.$inferType;

/** One version of one object. */
export interface ObjectKey {
  readonly id: string;
  readonly version: bigint;
}

export const IMMUTABLE: Owner = { $kind: 'Immutable', Immutable: true };

/** `0x` and 64 lowercase hex digits for a short number. */
export function shortAddress(n: number): string {
  return `0x${n.toString(16).padStart(64, '0')}`;
}

export const STD_ADDRESS = shortAddress(1);
export const SUI_ADDRESS = shortAddress(2);
export const CLOCK_ID = shortAddress(6);
export const ZERO_ADDRESS = shortAddress(0);
export const SUI_COIN_TYPE = `${SUI_ADDRESS}::sui::SUI`;
export const GAS_COIN_TYPE = `${SUI_ADDRESS}::coin::Coin<${SUI_COIN_TYPE}>`;
export const CLOCK_TYPE = `${SUI_ADDRESS}::clock::Clock`;

/**
 * Normalizes an address or object id to `0x` and 64 lowercase digits.
 * @throws LedgerError TYPE_INVALID when it is none
 */
export function normalizeAddress(text: string): string {
  const address = normalizeSuiAddress(text);
  if (!isValidSuiAddress(address)) throw new LedgerError('TYPE_INVALID', `"${text.slice(0, 80)}" is not an address`);
  return address;
}

/** Code can build types of 128 nodes, nested as deep, each with names of up to 128 letters. */
const MAX_TYPE_LENGTH = 48 * 1024;
const MAX_TYPE_DEPTH = 128;
const PRIMITIVES = ['bool', 'u8', 'u16', 'u32', 'u64', 'u128', 'u256', 'address', 'signer'];
const WORD = /(?:0x[0-9a-fA-F]{1,64}|[A-Za-z_][A-Za-z0-9_]*)/y;
const ADDRESS = /^(?:0x)?[0-9a-fA-F]{1,64}$/;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Parses a type such as `0x2::coin::Coin<0x2::sui::SUI>`.
 * @throws LedgerError TYPE_INVALID on anything else, on more than 48 KB and on nesting deeper than 128
 */
export function parseType(text: string): TypeTag {
  const fail = (reason: string): never => {
    throw new LedgerError('TYPE_INVALID', `"${text.slice(0, 80)}" is not a type: ${reason}`);
  };
  if (text.length > MAX_TYPE_LENGTH) fail(`longer than ${MAX_TYPE_LENGTH} characters`);
  let at = 0;
  const blanks = (): void => {
    while (text[at] === ' ') at++;
  };
  const eat = (token: string): boolean => {
    blanks();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const word = (rule: RegExp, what: string): string => {
    blanks();
    WORD.lastIndex = at;
    const found = WORD.exec(text)?.[0];
    if (found === undefined || !rule.test(found)) return fail(`${what} expected at character ${at}`);
    at += found.length;
    return found;
  };
  const list = (depth: number): TypeTag[] => {
    if (!eat('<')) return [];
    const tags = [tag(depth)];
    while (eat(',')) tags.push(tag(depth));
    if (!eat('>')) fail(`">" expected at character ${at}`);
    return tags;
  };
  const tag = (depth: number): TypeTag => {
    if (depth > MAX_TYPE_DEPTH) fail(`nested deeper than ${MAX_TYPE_DEPTH}`);
    const start = word(/./, 'a type');
    if (!text.startsWith('::', at)) {
      if (PRIMITIVES.includes(start)) return { [start]: null } as unknown as TypeTag;
      const inner = start === 'vector' ? list(depth + 1) : [];
      return inner.length === 1 ? ({ vector: inner[0] } as TypeTag) : fail(`unknown type ${start}`);
    }
    if (!ADDRESS.test(start)) fail(`${start} is not an address`);
    eat('::');
    const module = word(IDENTIFIER, 'a module');
    if (!eat('::')) fail(`"::" expected at character ${at}`);
    const name = word(IDENTIFIER, 'a name');
    return { struct: { address: normalizeAddress(start), module, name, typeParams: list(depth + 1) } } as TypeTag;
  };
  const result = tag(0);
  blanks();
  return at === text.length ? result : fail(`nothing may follow character ${at}`);
}

/** `parseType` for a struct. */
export function parseStruct(text: string): StructTag {
  const tag = parseType(text);
  if ('struct' in tag && tag.struct) return tag.struct as StructTag;
  throw new LedgerError('TYPE_INVALID', `"${text.slice(0, 80)}" is not a struct type`);
}

/** Sui's canonical spelling of a type: full addresses, no blanks. */
export function formatType(tag: TypeTag): string {
  if ('struct' in tag && tag.struct) return formatStruct(tag.struct as StructTag);
  if ('vector' in tag && tag.vector) return `vector<${formatType(tag.vector as TypeTag)}>`;
  return Object.keys(tag).find((key) => key !== '$kind')!;
}

/** `formatType` for a struct. */
export function formatStruct({ address, module, name, typeParams }: StructTag): string {
  const args = typeParams.length > 0 ? `<${typeParams.map((tag) => formatType(tag as TypeTag)).join(',')}>` : '';
  return `${normalizeSuiAddress(address)}::${module}::${name}${args}`;
}

/** Canonical spellings of the types seen so far, very long ones excepted; also makes equal type strings one string in memory. */
const canonical = new Map<string, string>();
const CANONICAL_LIMIT = 10_000;
const CANONICAL_LENGTH = 4096;

/** Canonical spelling of a type given as text. */
export function canonicalType(text: string): string {
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const result = formatType(parseType(text));
  if (text.length > CANONICAL_LENGTH) return result;
  if (canonical.size >= CANONICAL_LIMIT) canonical.clear();
  canonical.set(text, result);
  if (!canonical.has(result)) canonical.set(result, result);
  return canonical.get(result)!;
}

/** The `T` of `0x2::coin::Coin<T>`, canonical, or undefined for any other type. */
export function coinTypeOf(type: string): string | undefined {
  const prefix = `${SUI_ADDRESS}::coin::Coin<`;
  return type.startsWith(prefix) ? type.slice(prefix.length, -1) : undefined;
}

/** The address whose state an owner stands for: an account or a parent object. */
export function ownerAddress(owner: Owner): string | undefined {
  switch (owner.$kind) {
    case 'AddressOwner':
      return owner.AddressOwner;
    case 'ObjectOwner':
      return owner.ObjectOwner;
    case 'ConsensusAddressOwner':
      return owner.ConsensusAddressOwner.owner;
    default:
      return undefined;
  }
}
