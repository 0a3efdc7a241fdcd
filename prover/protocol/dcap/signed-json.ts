import { check, DcapError, type DcapRule } from './errors.ts';
import { parseIsoDate } from './time.ts';

export const TCB_STATUSES = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'TDRelaunchAdvised',
  'TDRelaunchAdvisedConfigurationNeeded',
  'Revoked',
] as const;

/** Intel's names of TCB statuses. The code of docs/spec/dcap.md section 1 is the index in `TCB_STATUSES` plus 1. */
export type TcbStatus = (typeof TCB_STATUSES)[number];

export const MAX_ADVISORIES = 64;
export const MAX_ISV_LEVELS = 16;

const PLATFORM_STATUSES: ReadonlySet<string> = new Set(TCB_STATUSES.filter((name) => !name.startsWith('TDRelaunch')));
const ISV_STATUSES: ReadonlySet<string> = new Set(['UpToDate', 'OutOfDate', 'Revoked']);
const HEX = /^[0-9a-fA-F]*$/;

/** One level of a TDX module or a quoting enclave. */
export interface IsvLevel {
  isvSvn: number;
  tcbDateSeconds: number;
  status: TcbStatus;
  /** Numbers of Intel's security advisories: 615 is INTEL-SA-00615 */
  advisories: number[];
}

/**
 * Reads a document that Intel signed, byte for byte, against the grammar of docs/spec/dcap.md section 6. JSON.parse
 * would accept duplicate keys and other spellings of the same value, which a chain reads differently.
 */
export class SignedJsonReader {
  private readonly text: string;
  private readonly malformed: DcapRule;
  private position = 0;

  /** @param bytes the signed document */
  constructor(bytes: Uint8Array, malformed: DcapRule) {
    // One character for each byte: bytes above 0x7e are refused where they are reached.
    this.text = new TextDecoder('latin1').decode(bytes);
    this.malformed = malformed;
  }

  /** Moves behind the literal, which must come next. */
  literal(expected: string): void {
    if (!this.tryLiteral(expected)) this.fail(`expected ${expected}`);
  }

  /** Moves behind the literal and returns true, if it comes next. */
  tryLiteral(expected: string): boolean {
    if (!this.text.startsWith(expected, this.position)) return false;
    this.position += expected.length;
    return true;
  }

  /** Unsigned decimal integer, no leading zero. */
  int(max: number): number {
    let end = this.position;
    while (end < this.text.length && end - this.position < 11 && isDigit(this.text.charCodeAt(end))) end++;
    const digits = this.text.slice(this.position, end);
    const isCanonical = digits === '0' || (digits !== '' && !digits.startsWith('0'));
    if (!isCanonical || Number(digits) > max) this.fail(`expected an integer up to ${max}`);
    this.position = end;
    return Number(digits);
  }

  /** A quoted text of at most 64 printable characters without escapes. */
  quoted(): string {
    this.literal('"');
    const end = this.text.indexOf('"', this.position);
    const value = end < 0 ? '' : this.text.slice(this.position, end);
    if (end < 0 || value.length > 64 || !/^[ -~]*$/.test(value) || value.includes('\\')) this.fail('expected a text');
    this.position = end + 1;
    return value;
  }

  /** A quoted byte string of hex digits in either case. */
  quotedHex(bytes: number): Uint8Array {
    this.literal('"');
    const value = this.hexDigits(bytes);
    this.literal('"');
    return value;
  }

  /** Hex digits without quotes. */
  hexDigits(bytes: number): Uint8Array {
    const digits = this.text.slice(this.position, this.position + 2 * bytes);
    if (digits.length !== 2 * bytes || !HEX.test(digits)) this.fail(`expected ${2 * bytes} hex digits`);
    this.position += digits.length;
    return Uint8Array.from({ length: bytes }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
  }

  /** A quoted date `YYYY-MM-DDTHH:MM:SSZ`. @returns seconds since 1970 */
  quotedDate(): number {
    this.literal('"');
    const seconds = parseIsoDate(this.text.slice(this.position, this.position + 20));
    if (seconds === undefined) this.fail('expected a date YYYY-MM-DDTHH:MM:SSZ');
    this.position += 20;
    this.literal('"');
    return seconds;
  }

  /**
   * An array in brackets.
   * @param item reads one element
   */
  array(limit: number, item: (index: number) => void, isEmptyAllowed = false): void {
    this.literal('[');
    if (isEmptyAllowed && this.tryLiteral(']')) return;
    for (let index = 0; ; index++) {
      check(index < limit, 'TooManyEntries', () => `an array at ${this.position} has more than ${limit} entries`);
      item(index);
      if (this.tryLiteral(']')) return;
      this.literal(',');
    }
  }

  /** The tail that all levels share: date, status, advisories, closing brace. */
  levelTail(allowed: 'platform' | 'isv'): Omit<IsvLevel, 'isvSvn'> {
    this.literal(',"tcbDate":');
    const tcbDateSeconds = this.quotedDate();
    this.literal(',"tcbStatus":');
    const status = this.quoted();
    const isKnown = (allowed === 'platform' ? PLATFORM_STATUSES : ISV_STATUSES).has(status);
    check(isKnown, 'UnknownTcbStatus', () => `${JSON.stringify(status)} is no status of such a level`);
    const advisories: number[] = [];
    if (this.tryLiteral(',"advisoryIDs":')) this.array(MAX_ADVISORIES, () => advisories.push(this.advisory()), true);
    this.literal('}');
    return { tcbDateSeconds, status: status as TcbStatus, advisories };
  }

  /** The levels of a TDX module or a quoting enclave, isvsvn descending. */
  isvLevels(): IsvLevel[] {
    const levels: IsvLevel[] = [];
    this.array(MAX_ISV_LEVELS, () => {
      this.literal('{"tcb":{"isvsvn":');
      const isvSvn = this.int(0xffff);
      this.literal('}');
      const level = { isvSvn, ...this.levelTail('isv') };
      const previous = levels.at(-1);
      check(
        previous === undefined || previous.isvSvn > isvSvn,
        'UnorderedTcbLevels',
        () => `isvsvn ${isvSvn} follows ${previous?.isvSvn}`,
      );
      levels.push(level);
    });
    return levels;
  }

  /** The document ends here. */
  end(): void {
    if (this.position !== this.text.length) this.fail('expected the end');
  }

  fail(expectation: string): never {
    const found = JSON.stringify(this.text.slice(this.position, this.position + 24));
    throw new DcapError(this.malformed, `${expectation} at ${this.position}, found ${found}`);
  }

  private advisory(): number {
    const match = /^"INTEL-SA-(\d{5})"$/.exec(this.text.slice(this.position, this.position + 16));
    check(match !== null, 'UnknownAdvisory', () => `expected "INTEL-SA-nnnnn" at ${this.position}`);
    this.position += 16;
    return Number(match[1]);
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
