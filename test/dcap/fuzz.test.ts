import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concat } from '../../prover/protocol/index.ts';
import * as d from '../../prover/protocol/dcap/index.ts';
import { runs } from '../fuzz.ts';
import { forge } from './forge.ts';

const { evidence, quote, collateral } = forge();
const RUNS = runs(300);

/** What each reader is given, and one honest input of it. */
const READERS: [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
  ['evidence', evidence, d.readEvidence],
  ['quote', quote, d.evidenceFromQuote],
  ['PCK certificate', evidence.slice(1258), (bytes) => d.readCertificate(bytes, 'pck')],
  ['root certificate', collateral.root, (bytes) => d.readCertificate(bytes, 'root')],
  ['CRL', collateral.pckCrl, d.readCrl],
  ['TCB info', collateral.tcbInfo, d.readTcbInfo],
  ['QE identity', collateral.qeIdentity, d.readQeIdentity],
];

/** Replaces some bytes at a place by others, which also cuts and extends. */
const change = fc.record({
  place: fc.nat(),
  removed: fc.integer({ min: 0, max: 40 }),
  added: fc.uint8Array({ maxLength: 40 }),
});

describe('readers', () => {
  for (const [name, honest, read] of READERS) {
    it(`${name}: damaged input is read or refused by a rule, never otherwise`, () => {
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
          let bytes = honest;
          for (const { place, removed, added } of changes) {
            const start = place % (bytes.length + 1);
            bytes = concat(bytes.subarray(0, start), added, bytes.subarray(start + removed));
          }
          refusesByRule(() => read(bytes));
        }),
        RUNS,
      );
    });

    it(`${name}: noise is refused by a rule`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
          assert.ok(refusesByRule(() => read(bytes)));
        }),
        RUNS,
      );
    });

    it(`${name}: every truncation is refused by a rule`, () => {
      for (let length = 0; length < honest.length; length += 1 + (length >> 5))
        assert.ok(
          refusesByRule(() => read(honest.slice(0, length))),
          `${length} bytes`,
        );
    });
  }
});

/** Whether the action is refused. Anything else than a rule fails the test. */
function refusesByRule(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    assert.ok(error instanceof d.DcapError, String(error));
    return true;
  }
}
