/** What an operator does with its keys at a registry, whatever the chain. */
import type { EnclaveClient } from '../enclave-client.ts';

/** Under what a key is to be registered. */
export interface Terms {
  /** Numbers of the evidence verifier and of the entry of the allow list */
  readonly verifier: number;
  readonly entry: number;
  /** Edition of the collateral to be judged by */
  readonly evaluationNumber: number;
}

/** Where a key stands. */
export interface KeyStatus {
  /** 0x and 20 bytes */
  readonly signer: `0x${string}`;
  readonly status: 'unknown' | 'active' | 'resigned' | 'evicted' | 'revoked';
  /** Seconds since 1970; 0 for an unknown key */
  readonly expiresAt: number;
  /** Of a known key: as its registry names the operator, which tells one from another */
  readonly operator?: string;
  /** Whether it would count in a quorum now */
  readonly counts: boolean;
}

export interface Registrar {
  readonly chain: bigint;
  /**
   * Registers an enclave's key, or renews it where the registry knows it: a fresh challenge, a quote over it, the
   * quote's judgement on chain.
   * @returns hash or digest of the transaction
   * @throws RegistrarError naming the rule that was broken
   */
  enter(enclave: EnclaveClient, terms: Terms): Promise<{ transaction: string; gas: bigint; renewed: boolean }>;
  resign(signer: Uint8Array): Promise<string>;
  status(signer: Uint8Array): Promise<KeyStatus>;
}

/** A registry refused. */
export class RegistrarError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RegistrarError';
    this.code = code;
  }
}

/** What to do about a rule that operators meet. */
const REMEDIES: Readonly<Record<string, string>> = {
  OperatorNotAdmitted: 'ask governance to admit this operator, or use the account or OperatorCap that is admitted',
  SignerKnown: 'this key has a record; renew it, or restart the enclave for a new key',
  SignerRevoked: 'a revoked key is out for ever; restart the enclave for a new one',
  SignerUnknown: 'register it first',
  SignerNotActive: 'it does not count any more; renewing brings a resigned key back',
  NotTheOperator: 'the key belongs to another operator; use the account or OperatorCap that registered it',
  StaleChallenge: 'the challenge is too old; run the command again',
  VerifierNotAdmitted: 'name another --verifier, or wait until governance admits this one',
  EntryNotListed: 'name an --entry of the allow list that stands; `corridor registry list` shows them',
  EntryMismatch: 'the enclave runs another program or configuration than the entry says; compare both',
  TcbStatusNotAccepted: 'patch the machine (BIOS, microcode, TDX module), or use one that is up to date',
  EvaluationNumberTooLow: 'name a higher --evaluation-number and upload its collateral',
  AdvisoryDenied: 'the machine has a known weakness that governance does not accept; patch it',
  PlatformDenied: 'this machine is not accepted; use another',
  PlatformFamilyDenied: 'machines of this family are not accepted; use another',
  EvidenceExpired: 'upload fresh collateral: `corridor collateral fetch`',
  PlatformChanged: 'a key stays on its machine; register a new one instead',
  EncryptionKeyChanged: 'the enclave was restarted; register its new key instead',
};

/** A refusal with the exact rule and what to do. */
export function refusal(rule: string, detail: string): RegistrarError {
  const remedy = REMEDIES[rule];
  return new RegistrarError(rule, `${rule}: ${detail}${remedy === undefined ? '' : `; ${remedy}`}`);
}
