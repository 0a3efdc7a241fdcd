/** Uploads collateral to a store on Sui, as far as it is newer than what the store has. */
import { bcs, type BcsType } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import type { Signer } from '@mysten/sui/cryptography';
import { Transaction, type TransactionResult } from '@mysten/sui/transactions';
import { sha256 } from '@noble/hashes/sha2.js';
import { uploadPart } from '../bindings/sui/collateral.ts';
import { DCAP_ABORTS, dcapCalls, type DcapCalls } from '../bindings/sui/dcap.ts';
import { equalBytes, toHex } from '../protocol/bytes.ts';
import type { Collateral } from '../protocol/dcap/index.ts';
import { demandRoot, factsOf, UPLOAD_ORDER, UploadError, type UploadPart } from './collateral.ts';

export interface SuiStore {
  readonly client: SuiGrpcClient;
  /** The package contracts-move/dcap */
  readonly packageId: string;
  /** The shared `CollateralStore` */
  readonly storeId: string;
}

/** Who looks: simulations have a sender, and need no signature. */
const NOBODY = `0x${'0'.repeat(64)}`;

/**
 * Parts that the store lacks, or has an older one of.
 * @throws UploadError `OtherRoot`, `NoStore`; DcapError where a part cannot be read
 */
export async function newerOnSui(store: SuiStore, collateral: Collateral): Promise<UploadPart[]> {
  const facts = factsOf(collateral);
  const { tcbInfo, qeIdentity } = facts;
  const self = { self: store.storeId };
  const keyId = { ...self, keyId: facts.pckCaKeyId };
  const ofTcbInfo = { isTdx: tcbInfo.tee === 'tdx', fmspc: tcbInfo.fmspc, evaluationNumber: tcbInfo.evaluationNumber };
  const ofQeIdentity = { isTdx: qeIdentity.tee === 'tdx', evaluationNumber: qeIdentity.evaluationNumber };
  const signer = (der: Uint8Array) => ({ ...self, signer: toHex(sha256(der)) });
  const [root, hasRoot, rootCrl, qeSigner, qeDate, tcbSigner, tcbDate, caEnd, crlDate] = await look(store, [
    [bcs.Address, (tx, { collateral: calls }) => calls.rootFingerprint(tx, self)],
    [bcs.bool(), (tx, { collateral: calls }) => calls.hasRoot(tx, self)],
    [bcs.u64(), (tx, { collateral: calls }) => calls.rootCrlDate(tx, self)],
    [bcs.bool(), (tx, { collateral: calls }) => calls.hasTcbSigner(tx, signer(collateral.qeIdentitySigner))],
    [bcs.u64(), (tx, { collateral: calls }) => calls.qeIdentityDate(tx, { ...self, ...ofQeIdentity })],
    [bcs.bool(), (tx, { collateral: calls }) => calls.hasTcbSigner(tx, signer(collateral.tcbInfoSigner))],
    [bcs.u64(), (tx, { collateral: calls }) => calls.tcbInfoDate(tx, { ...self, ...ofTcbInfo })],
    [bcs.u64(), (tx, { collateral: calls }) => calls.pckCaEnd(tx, keyId)],
    [bcs.u64(), (tx, { collateral: calls }) => calls.pckCrlDate(tx, keyId)],
  ]);
  demandRoot(String(root), sha256(collateral.root));
  const isOneSigner = equalBytes(collateral.tcbInfoSigner, collateral.qeIdentitySigner);
  const isBetter = async (part: 'qeIdentity' | 'tcbInfo', date: number, keptDate: unknown): Promise<boolean> => {
    if (Number(keptDate) !== date) return Number(keptDate) < date;
    // Of the same date and good for longer: the store does not tell ends, but a trial does (DCAP-81).
    return isTaken(store, collateral, [`${part}Signer`, part]);
  };
  const isNewer: Record<UploadPart, boolean> = {
    root: hasRoot !== true,
    rootCrl: Number(rootCrl) < facts.rootCrlDate,
    qeIdentitySigner: qeSigner !== true,
    qeIdentity: await isBetter('qeIdentity', qeIdentity.issueDateSeconds, qeDate),
    tcbInfoSigner: tcbSigner !== true && !isOneSigner,
    tcbInfo: await isBetter('tcbInfo', tcbInfo.issueDateSeconds, tcbDate),
    pckCa: Number(caEnd) < facts.pckCaEnd,
    pckCrl: Number(crlDate) < facts.pckCrlDate,
  };
  return UPLOAD_ORDER.filter((part) => isNewer[part]);
}

/**
 * Uploads parts, each in a transaction of its own, so that one that is refused keeps no other back.
 * @param onUploaded told of each, with its transaction
 * @throws UploadError `Refused`, with the rule that the chain names
 */
export async function uploadToSui(
  store: SuiStore,
  signer: Signer,
  collateral: Collateral,
  parts: readonly UploadPart[],
  onUploaded: (part: UploadPart, transaction: string) => void = () => {},
): Promise<void> {
  for (const part of parts) {
    const transaction = new Transaction();
    uploadPart(transaction, dcapCalls(store.packageId), store.storeId, collateral, part);
    const result = await store.client
      .signAndExecuteTransaction({ transaction, signer, include: { effects: true } })
      .catch((error: unknown) => refused(part, String((error as Error).message)));
    if (result.$kind === 'FailedTransaction') refused(part, JSON.stringify(result.FailedTransaction.status));
    const { digest } = result.Transaction!;
    await store.client.waitForTransaction({ digest });
    onUploaded(part, digest);
  }
}

/** Whether the store would take parts, by a simulation. */
async function isTaken(store: SuiStore, collateral: Collateral, parts: readonly UploadPart[]): Promise<boolean> {
  const transaction = new Transaction();
  transaction.setSender(NOBODY);
  for (const part of parts) uploadPart(transaction, dcapCalls(store.packageId), store.storeId, collateral, part);
  try {
    const { $kind } = await store.client.simulateTransaction({ transaction, checksEnabled: false });
    return $kind === 'Transaction';
  } catch {
    // The client throws for an abort, too. What is tried in earnest says why.
    return false;
  }
}

type Question = readonly [BcsType<unknown>, (tx: Transaction, calls: DcapCalls) => TransactionResult];

/** What functions of the package give back, in one simulation. */
async function look(store: SuiStore, questions: readonly (readonly [unknown, Question[1]])[]): Promise<unknown[]> {
  const transaction = new Transaction();
  transaction.setSender(NOBODY);
  const calls = dcapCalls(store.packageId);
  for (const [, ask] of questions) ask(transaction, calls);
  const { client, storeId } = store;
  const include = { commandResults: true } as const;
  try {
    const { commandResults } = await client.simulateTransaction({ transaction, checksEnabled: false, include });
    return questions.map(([type], i) => (type as Question[0]).parse(commandResults![i]!.returnValues[0]!.bcs!));
  } catch (error) {
    const message = `no store of this package answers at ${storeId}: ${String((error as Error).message)}`;
    throw new UploadError('NoStore', message);
  }
}

/** @throws UploadError always */
function refused(part: UploadPart, reason: string): never {
  // The client tells of an abort as it came, or in words of its own, and when it estimates the gas as text only.
  const module = /"(?:module|name)":"(\w+)"/.exec(reason)?.[1];
  const code = /(?:"abortCode":|\},)"?(\d+)/.exec(reason)?.[1];
  const rule = DCAP_ABORTS[module ?? '']?.[Number(code)];
  throw new UploadError('Refused', `the chain refuses ${part}: ${rule ?? reason}`);
}
