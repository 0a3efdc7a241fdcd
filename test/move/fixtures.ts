import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** Folder of a fixture package. */
export function fixture(name: string): string {
  return path.join(FIXTURES, name);
}

/** Hex of bytes, for comparisons that read well when they fail. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/**
 * Package digests of the fixtures as compiled, by the same compiler, against the published framework's sources
 * (version 1.63; `base` published at 0xb2 with original id 0xb1). Recorded, not computed here.
 */
export const PUBLISHED_FRAMEWORK_DIGESTS = {
  base: 'e37cf83e6de0b603f91b49a00c04468ca643f315556318b2af131bc68d7ca683',
  middle: 'f0ca108d40e9d93d6bca48aca0ef97521a39f72e805c572c1d341387b0159170',
  macros: 'bc213428c03dadfbf933a808a2be7550972938bdc92c7ca85e04128c097b9875',
  surface: '3ecc158d92bbef0b5461a26da5e690068ae548f1b5effb7eb945acde08dbbb12',
} as const;

/** Where `base` counts as published. */
export const BASE_PUBLICATION = { base: { publishedAt: '0xb2', originalId: '0xb1', version: 2 } } as const;
