/** Uploads collateral to a verifier on an EVM chain, as far as it is newer than what the verifier has. */
import { sha256 } from '@noble/hashes/sha2.js';
import {
  BaseError,
  bytesToHex,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  keccak256,
  type Account,
  type Address,
  type Chain,
  type Hex,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem';
import { dcapVerifierAbi as abi } from '../bindings/evm/dcap-verifier.ts';
import type { Collateral } from '../protocol/dcap/index.ts';
import { demandRoot, factsOf, UPLOAD_ORDER, UploadError, type UploadPart } from './collateral.ts';
import { feesWithin, GasTooDearError } from './fees.ts';

/** `TeeTypes` of the contracts. */
const TEE_TYPES = { sgx: 1, tdx: 2 } as const;

export interface EvmStore {
  readonly client: PublicClient;
  /** The verifier, which is the store */
  readonly address: Address;
  /** Most that a unit of gas may cost, wei */
  readonly maxFeePerGas?: bigint;
}

/**
 * Parts that the verifier lacks, has an older one of, or has under a certificate that ends before the one they come with.
 * @throws UploadError `OtherRoot`, `NoStore`; DcapError where a part cannot be read
 */
export async function newerOnEvm(store: EvmStore, collateral: Collateral): Promise<UploadPart[]> {
  const facts = factsOf(collateral);
  const { tcbInfo, qeIdentity } = facts;
  const read = <T>(reading: Promise<T>): Promise<T> => reading.catch((error: unknown) => noStore(store, error));
  const contract = { abi, address: store.address } as const;
  const { client } = store;
  const fingerprint = await read(client.readContract({ ...contract, functionName: 'rootFingerprint' }));
  demandRoot(fingerprint, sha256(collateral.root));
  const signerEnd = async (der: Uint8Array): Promise<bigint> => {
    const args = [keccak256(der)] as const;
    const [end] = await client.readContract({ ...contract, functionName: 'tcbSigningCertificate', args });
    return end;
  };
  const [rootEnd, rootCrlDate] = await client.readContract({ ...contract, functionName: 'root' });
  const keyId = bytesToHex(facts.pckCaKeyId);
  const [caEnd, , pckCrlDate] = await client.readContract({ ...contract, functionName: 'pckCa', args: [keyId] });
  const [tcbInfoDate, tcbInfoEnd] = await client.readContract({
    ...contract,
    functionName: 'tcbInfo',
    args: [TEE_TYPES[tcbInfo.tee], bytesToHex(tcbInfo.fmspc), tcbInfo.evaluationNumber],
  });
  const [qeIdentityDate, qeIdentityEnd] = await client.readContract({
    ...contract,
    functionName: 'qeIdentity',
    args: [TEE_TYPES[qeIdentity.tee], qeIdentity.evaluationNumber],
  });
  const isNewer: Record<UploadPart, boolean> = {
    root: rootEnd === 0n,
    rootCrl: rootCrlDate < facts.rootCrlDate,
    qeIdentitySigner: (await signerEnd(collateral.qeIdentitySigner)) === 0n,
    qeIdentity: isBetter(qeIdentityDate, qeIdentityEnd, qeIdentity, facts.qeIdentityEnd),
    tcbInfoSigner: (await signerEnd(collateral.tcbInfoSigner)) === 0n,
    tcbInfo: isBetter(tcbInfoDate, tcbInfoEnd, tcbInfo, facts.tcbInfoEnd),
    pckCa: caEnd < facts.pckCaEnd,
    pckCrl: pckCrlDate < facts.pckCrlDate,
  };
  // Intel signs both documents with one key.
  if (bytesToHex(collateral.tcbInfoSigner) === bytesToHex(collateral.qeIdentitySigner)) isNewer.tcbInfoSigner = false;
  return UPLOAD_ORDER.filter((part) => isNewer[part]);
}

/** Newer, or of the same date and good for longer: the verifier takes either. */
function isBetter(
  date: bigint,
  end: bigint,
  { issueDateSeconds }: { issueDateSeconds: number },
  newEnd: number,
): boolean {
  return date < issueDateSeconds || (date === BigInt(issueDateSeconds) && end < newEnd);
}

/**
 * Uploads parts one after the other, each after it was found that the chain takes it.
 * @param onUploaded told of each, with its transaction
 * @throws UploadError `Refused`, with the rule that the chain names
 */
export async function uploadToEvm(
  store: EvmStore,
  wallet: WalletClient<Transport, Chain | undefined, Account>,
  collateral: Collateral,
  parts: readonly UploadPart[],
  onUploaded: (part: UploadPart, transaction: Hex) => void = () => {},
): Promise<void> {
  for (const part of parts) {
    const call = { abi, address: store.address, ...callOf(part, collateral), account: wallet.account } as const;
    try {
      // By the time of the next block: the latest of a quiet network may be older than the collateral. Each call is one of
      // the verifier's; their union is more than the types of the client can follow.
      await store.client.simulateContract({ ...call, blockTag: 'pending' } as never);
    } catch (error) {
      const reverted =
        error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
      if (!(reverted instanceof ContractFunctionRevertedError)) throw error;
      const { errorName = 'an unknown error', args = [] } = reverted.data ?? {};
      throw new UploadError('Refused', `the chain refuses ${part}: ${errorName}(${args.map(String).join(', ')})`);
    }
    const fees = await feesWithin(store.client, store.maxFeePerGas).catch(tooDear);
    const transaction = await wallet.writeContract({ ...call, ...fees, chain: null } as never);
    const { status } = await store.client.waitForTransactionReceipt({ hash: transaction });
    if (status !== 'success') throw new UploadError('Refused', `the upload of ${part} failed in ${transaction}`);
    onUploaded(part, transaction);
  }
}

function callOf(part: UploadPart, collateral: Collateral) {
  const bytes = bytesToHex(collateral[part]);
  switch (part) {
    case 'root':
      return { functionName: 'uploadRoot', args: [bytes] };
    case 'rootCrl':
      return { functionName: 'uploadRootCrl', args: [bytes] };
    case 'qeIdentitySigner':
    case 'tcbInfoSigner':
      return { functionName: 'uploadTcbSigningCertificate', args: [bytes] };
    case 'qeIdentity':
    case 'tcbInfo': {
      const functionName = part === 'tcbInfo' ? 'uploadTcbInfo' : 'uploadQeIdentity';
      const signature = bytesToHex(collateral[`${part}Signature`]);
      return { functionName, args: [bytes, signature, keccak256(collateral[`${part}Signer`])] };
    }
    case 'pckCa':
      return { functionName: 'uploadPckCa', args: [bytes] };
    case 'pckCrl':
      return { functionName: 'uploadPckCrl', args: [bytes, bytesToHex(factsOf(collateral).pckCaKeyId)] };
  }
}

function tooDear(error: unknown): never {
  throw error instanceof GasTooDearError ? new UploadError(error.code, error.message) : error;
}

function noStore({ address }: EvmStore, error: unknown): never {
  const isOther =
    error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionZeroDataError) !== null;
  if (!isOther) throw error;
  throw new UploadError('NoStore', `no DCAP verifier answers at ${address}; check address and network`);
}
