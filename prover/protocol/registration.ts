import { asFixedBytes, asNonZeroBytes, concat, equalBytes, isZero, uint } from './bytes.ts';
import { chainFamily, demandAddress, type ChainId } from './chain.ts';
import { demand } from './errors.ts';
import { hash, TAG_REGISTRATION } from './hash.ts';

export const REPORT_DATA_BYTES = 64;

/** What an enclave binds into its quote's report data (docs/spec/protocol.md section 9). */
export interface Registration {
  /** Chain of the registry */
  chain: ChainId;
  /** 32 bytes */
  registry: Uint8Array;
  /** 32 bytes: account on EVM, id of the OperatorCap on Sui */
  operator: Uint8Array;
  /** 32 bytes */
  challenge: Uint8Array;
  /** 20 bytes: address of the enclave's secp256k1 key */
  signer: Uint8Array;
  /** 32 bytes: X25519 public key */
  encryptionKey: Uint8Array;
  /** 32 bytes */
  configurationHash: Uint8Array;
}

/**
 * Hash of a registration, 32 bytes.
 * @throws ProtocolError the rules of section 9
 */
export function registrationHash(registration: Registration): Uint8Array {
  const { chain } = registration;
  chainFamily(chain, 'InvalidRegistrationChain');
  return hash(
    TAG_REGISTRATION,
    uint(chain, 8, 'InvalidRegistrationChain'),
    demandAddress(chain, registration.registry, 'InvalidRegistrationRegistry', 'registry'),
    demandAddress(chain, registration.operator, 'InvalidRegistrationOperator', 'operator'),
    asNonZeroBytes(registration.challenge, 32, 'InvalidRegistrationChallenge'),
    new Uint8Array(12),
    asNonZeroBytes(registration.signer, 20, 'InvalidRegistrationSigner'),
    asNonZeroBytes(registration.encryptionKey, 32, 'InvalidRegistrationEncryptionKey'),
    asNonZeroBytes(registration.configurationHash, 32, 'InvalidRegistrationConfiguration'),
  );
}

/**
 * Report data for a registration: its hash, then 32 zero bytes. 64 bytes.
 * @throws ProtocolError the rules of section 9
 */
export function registrationReportData(registration: Registration): Uint8Array {
  return concat(registrationHash(registration), new Uint8Array(32));
}

/**
 * Checks that a quote's report data is that of the registration. Returns nothing when it is.
 * @param reportData 64 bytes
 * @throws ProtocolError the rules of section 9
 */
export function checkReportData(registration: Registration, reportData: Uint8Array): void {
  const expected = registrationHash(registration);
  const bytes = asFixedBytes(reportData, REPORT_DATA_BYTES, 'InvalidReportDataLength');
  demand(isZero(bytes.subarray(32)), 'InvalidReportDataPadding', () => 'the last 32 bytes of report data must be zero');
  demand(
    equalBytes(bytes.subarray(0, 32), expected),
    'InvalidReportData',
    () => 'the quote was made for another chain, registry, operator, challenge, key or configuration',
  );
}
