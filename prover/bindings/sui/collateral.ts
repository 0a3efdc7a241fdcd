/** Uploads of Intel's collateral to a store of contracts-move/dcap, as transactions can hold them. */
import type { Transaction } from '@mysten/sui/transactions';
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '../../protocol/bytes.ts';
import { readCertificate, type Collateral } from '../../protocol/dcap/index.ts';
import type { DcapCalls } from './dcap.ts';
import type { ObjectInput } from './runtime.ts';

/** Words of 32 bytes that fill one pure argument of 16 KiB, of which the list's length takes a part. */
const WORDS_OF_ARGUMENT = 511;
/** Parts of TCB info that are read in one transaction: as many as the longest has. */
const ALL_STEPS = 337;

/** Parts in the order in which the store takes them. */
const PARTS = [
  'root',
  'rootCrl',
  'tcbInfoSigner',
  'tcbInfo',
  'qeIdentitySigner',
  'qeIdentity',
  'pckCa',
  'pckCrl',
] as const;
type Part = (typeof PARTS)[number];

/**
 * Adds the uploads of all collateral for one machine. It fits one transaction unless TCB info is several times as long as
 * Intel's.
 */
export function uploadCollateral(tx: Transaction, calls: DcapCalls, store: ObjectInput, parts: Collateral): void {
  for (const part of PARTS) uploadPart(tx, calls, store, parts, part);
}

/** Adds the upload of one part of collateral. */
export function uploadPart(
  tx: Transaction,
  { collateral, tcbInfoDraft }: DcapCalls,
  store: ObjectInput,
  parts: Collateral,
  part: Part,
): void {
  const self = { self: store };
  switch (part) {
    case 'root':
      collateral.uploadRoot(tx, { ...self, root: parts.root });
      break;
    case 'rootCrl':
      collateral.uploadRootCrl(tx, { ...self, crl: parts.rootCrl });
      break;
    case 'tcbInfoSigner':
    case 'qeIdentitySigner':
      collateral.uploadTcbSigner(tx, { ...self, signer: parts[part] });
      break;
    case 'tcbInfo': {
      const draft = tcbInfoDraft.new(tx);
      const words = wordsOf(parts.tcbInfo);
      for (let i = 0; i < words.length; i += WORDS_OF_ARGUMENT) {
        tcbInfoDraft.append(tx, { self: draft, words: words.slice(i, i + WORDS_OF_ARGUMENT) });
      }
      const signer = toHex(sha256(parts.tcbInfoSigner));
      const { length } = parts.tcbInfo;
      tcbInfoDraft.open(tx, { self: draft, store, length, signature: parts.tcbInfoSignature, signer });
      tcbInfoDraft.read(tx, { self: draft, steps: ALL_STEPS });
      tcbInfoDraft.admit(tx, { self: draft, store });
      break;
    }
    case 'qeIdentity':
      collateral.uploadQeIdentity(tx, {
        ...self,
        words: wordsOf(parts.qeIdentity),
        length: parts.qeIdentity.length,
        signature: parts.qeIdentitySignature,
        signer: toHex(sha256(parts.qeIdentitySigner)),
      });
      break;
    case 'pckCa':
      collateral.uploadPckCa(tx, { ...self, pckCa: parts.pckCa });
      break;
    case 'pckCrl': {
      const { subjectKeyId } = readCertificate(parts.pckCa, 'pckCa');
      collateral.uploadPckCrl(tx, { ...self, keyId: subjectKeyId, crl: parts.pckCrl });
      break;
    }
  }
}

/** A document as words of 32 bytes, the first byte of each in the least significant place. */
export function wordsOf(document: Uint8Array): bigint[] {
  const words: bigint[] = [];
  for (let i = 0; i < document.length; i += 32) {
    words.push(BigInt(toHex(document.slice(i, i + 32).reverse())));
  }
  return words;
}
