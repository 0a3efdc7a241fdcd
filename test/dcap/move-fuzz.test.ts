/** Changed bytes: the Move package names the rule that the verifier in TypeScript names, or accepts with it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { p256 } from '@noble/curves/nist.js';
import { CASE_TIME, draftOf, issue } from '../../localnet/tee/misbehave/index.ts';
import { QUOTE_FORMS } from '../../localnet/tee/index.ts';
import { bytesValue, refTo } from '../../localnet/sui/vm/values.ts';
import { concat, toHex } from '../../prover/protocol/bytes.ts';
import {
  checkReport,
  DcapError,
  readCertificate,
  readCrl,
  readEvidence,
  readQeIdentity,
  readTcbInfo,
  reportBytesOf,
  type CertificateRole,
  type DcapRule,
} from '../../prover/protocol/dcap/index.ts';
import { runs } from '../fuzz.ts';
import { brokenRule, MoveDcap, shown, type MoveStore } from './move-store.ts';

const RUNS = 250;
const issued = QUOTE_FORMS.map((form) => issue(draftOf(form)));

interface Target {
  name: string;
  inputs: Uint8Array[];
  /** Bytes that mean something in this format */
  alphabet: Uint8Array;
  ours: (bytes: Uint8Array) => unknown;
  move: (store: MoveStore, bytes: Uint8Array) => void;
}

const DER = Uint8Array.of(
  0x00,
  0x01,
  0x02,
  0x03,
  0x04,
  0x06,
  0x0a,
  0x17,
  0x18,
  0x30,
  0x7f,
  0x80,
  0x81,
  0x82,
  0xa3,
  0xff,
);
const JSON_BYTES = new TextEncoder().encode('019"{}[],:-TZaF \\\u007f');

const certificates: Target[] = (['root', 'pckCa', 'tcbSigning', 'pck'] as CertificateRole[]).map((role) => ({
  name: `certificate for ${role}`,
  inputs: [
    { root: issued[0]!.collateral.root, pckCa: issued[0]!.collateral.pckCa }[role as 'root'] ??
      (role === 'pck' ? issued[0]!.evidence.slice(1052) : issued[0]!.collateral.tcbInfoSigner),
  ],
  alphabet: DER,
  ours: (bytes) => readCertificate(bytes, role),
  move: (store, bytes) => store.readCertificate(bytes, role),
}));

const targets: Target[] = [
  ...certificates,
  {
    name: 'CRL',
    inputs: issued.slice(0, 1).flatMap(({ collateral }) => [collateral.rootCrl, collateral.pckCrl]),
    alphabet: DER,
    ours: readCrl,
    move: (store, bytes) => store.readCrl(bytes),
  },
  {
    name: 'TCB info',
    inputs: issued.slice(0, 2).map(({ collateral }) => collateral.tcbInfo),
    alphabet: JSON_BYTES,
    ours: readTcbInfo,
    move: (store, bytes) => store.readTcbInfo(bytes),
  },
  {
    name: 'QE identity',
    inputs: issued.slice(0, 2).map(({ collateral }) => collateral.qeIdentity),
    alphabet: JSON_BYTES,
    ours: (bytes) => {
      const { issueDateSeconds, nextUpdateSeconds } = readQeIdentity(bytes);
      if (CASE_TIME < issueDateSeconds) throw new DcapError('QeIdentityNotYetValid', '');
      if (CASE_TIME > nextUpdateSeconds) throw new DcapError('QeIdentityExpired', '');
    },
    move: (store, bytes) => store.readQeIdentity(bytes, CASE_TIME),
  },
  {
    name: 'evidence',
    inputs: issued.map(({ evidence }) => evidence),
    alphabet: DER,
    ours: (bytes) => {
      const quote = readEvidence(bytes);
      checkReport(quote.report, reportBytesOf(quote), false);
    },
    move: (store, bytes) => store.readQuote(bytes),
  },
];

/** Bytes overwritten, put in, taken out or said twice, in a few places. */
function changed({ inputs, alphabet }: Target): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(fc.constantFrom(...alphabet), fc.integer({ min: 0, max: 255 }));
  const change = fc.record({
    // By far the most keep the length, since others rarely get past the outermost element.
    kind: fc.constantFrom('set', 'set', 'set', 'flip', 'flip', 'insert', 'remove', 'repeat', 'cut'),
    at: fc.nat(1 << 20),
    byte,
    length: fc.integer({ min: 1, max: 20 }),
  });
  return fc
    .tuple(fc.constantFrom(...inputs), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([input, changes]) =>
      changes.reduce((bytes, { kind, at: place, byte: value, length }) => {
        const at = place % (bytes.length + 1);
        const [left, right] = [bytes.subarray(0, at), bytes.subarray(at)];
        if (kind === 'insert') return concat(left, Uint8Array.of(value), right);
        if (kind === 'remove') return concat(left, right.subarray(length));
        if (kind === 'repeat') return concat(left, right.subarray(0, length), right);
        if (kind === 'cut') return length === 1 ? left : bytes;
        if (at === bytes.length) return bytes;
        const copy = bytes.slice();
        copy[at] = kind === 'set' ? value : copy[at]! ^ (1 << (value & 7));
        return copy;
      }, input),
    );
}

function ruleOf(action: () => unknown): DcapRule | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof DcapError, String(error));
    return error.code;
  }
}

describe('DCAP in Move: changed bytes', function () {
  this.timeout(300_000);
  let store: MoveStore;
  before(async () => void (store = (await MoveDcap.load()).store(new Uint8Array(32))));

  for (const target of targets) {
    it(`${target.name}: the same rule as in TypeScript`, () => {
      fc.assert(
        fc.property(changed(target), (bytes) => {
          const expected = ruleOf(() => target.ours(bytes));
          assert.equal(shown(brokenRule(() => target.move(store, bytes))), shown(expected));
        }),
        runs(RUNS),
      );
    });
  }

  it('P-256: the same verdict as the library, for keys, signatures and their changes', () => {
    const { ORDER } = p256.Point.Fn;
    const number = (bytes: Uint8Array): bigint => BigInt(toHex(bytes));
    const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => {
      const value = number(bytes);
      return value > 0n && value < ORDER;
    });
    const change = fc.constantFrom('nothing', 'other s', 'r', 's', 'x', 'y', 'message');
    fc.assert(
      fc.property(secret, fc.uint8Array({ maxLength: 100 }), change, fc.nat(255), (key, message, what, bit) => {
        const point = p256.getPublicKey(key, false).slice(1);
        const signature = p256.sign(message, key, { lowS: false });
        const other = (ORDER - number(signature.subarray(32))).toString(16).padStart(64, '0');
        if (what === 'other s') signature.set(Buffer.from(other, 'hex'), 32);
        const [bytes, offset] = what === 'x' || what === 'y' ? [point, what === 'y'] : [signature, what === 's'];
        if (['r', 's', 'x', 'y'].includes(what)) bytes[(offset ? 32 : 0) + (bit >> 3)]! ^= 1 << (bit & 7);
        const read = what === 'message' ? concat(message, Uint8Array.of(0)) : message;
        let expected: boolean;
        try {
          expected = p256.verify(signature, read, concat(Uint8Array.of(4), point), { lowS: false });
        } catch {
          expected = false;
        }
        assert.equal(expected, what === 'nothing' || what === 'other s');
        const [publicKey] = store.call('p256', 'read_key', [refTo(bytesValue(point)), 0n]);
        const args = [publicKey!, bytesValue(read), bytesValue(signature)].map(refTo);
        assert.equal(store.call('p256', 'verify_at', [...args, 0n])[0], expected, what);
      }),
      runs(100),
    );
  });
});
