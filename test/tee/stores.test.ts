import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ruleCases, type StoreAction, type StoreCase } from '../../localnet/tee/misbehave/index.ts';
import {
  admitCrl,
  admitPckCa,
  admitRoot,
  admitTcbSigner,
  type Certificate,
  type Crl,
} from '../../prover/protocol/dcap/index.ts';
import { toHex } from '../../prover/protocol/bytes.ts';
import { admitQeIdentity } from '../../prover/protocol/dcap/qe-identity.ts';
import { admitTcbInfo } from '../../prover/protocol/dcap/tcb-info.ts';

/** Refused by a rule of the store itself (docs/spec/dcap.md section 6, Store). */
class StoreRefusal extends Error {}

/**
 * A store as a chain keeps it, over the admission functions of prover/protocol/dcap: it shows that the cases for stores
 * are in order but for the one fault that each names. It prepares data for verifications when it is refreshed.
 */
class Store {
  private readonly rootFingerprint: Uint8Array;
  private readonly dates = new Map<string, { date: number; end: number }>();
  private readonly signers = new Map<string, Certificate>();
  /** By their subject key identifier, as hex */
  private readonly pckCas = new Map<string, Certificate>();
  private root?: Certificate;
  private rootCrl?: Crl;
  private changes = 0;
  private refreshedAt = -1;

  constructor(rootFingerprint: Uint8Array) {
    this.rootFingerprint = rootFingerprint;
  }

  act(action: StoreAction): void {
    if (action.do === 'upload') this.upload(action);
    else if (action.do === 'refresh') this.refreshedAt = this.changes;
    else if (this.refreshedAt !== this.changes) throw new StoreRefusal('StaleSnapshot');
  }

  private upload(action: Extract<StoreAction, { do: 'upload' }>): void {
    const { part, bytes, at: atSeconds } = action;
    if (part === 'root') this.root = admitRoot(bytes, { rootFingerprint: this.rootFingerprint, atSeconds });
    else if (part === 'rootCrl') {
      const crl = admitCrl(bytes, this.inForce(atSeconds, this.need(this.root)), atSeconds);
      this.replace('root CRL', crl.thisUpdateSeconds);
      this.rootCrl = crl;
    } else if (part === 'pckCrl') this.uploadPckCrl(bytes, atSeconds);
    else if (part === 'tcbInfo' || part === 'qeIdentity') this.uploadDocument(action);
    else if (part === 'pckCa') this.uploadPckCa(admitPckCa(bytes, ...this.authority(atSeconds), atSeconds));
    else this.signers.set(sha256(bytes), admitTcbSigner(bytes, ...this.authority(atSeconds), atSeconds));
    this.changes += 1;
  }

  private uploadPckCa(certificate: Certificate): void {
    const key = hex(certificate.subjectKeyId);
    const kept = this.pckCas.get(key);
    const isAnother =
      kept && (hex(kept.serial) !== hex(certificate.serial) || kept.notAfterSeconds !== certificate.notAfterSeconds);
    if (isAnother && kept.notAfterSeconds >= certificate.notAfterSeconds) throw new StoreRefusal('CollateralNotNewer');
    this.pckCas.set(key, certificate);
  }

  private uploadPckCrl(bytes: Uint8Array, atSeconds: number): void {
    // The issuer is the CA that signed it: the one whose key identifier the CRL names.
    const issuer = [...this.pckCas].find(([keyId]) => hex(bytes).includes(keyId))?.[1];
    const crl = admitCrl(bytes, this.issued(atSeconds, issuer), atSeconds);
    this.replace(`PCK CRL ${hex(crl.authorityKeyId)}`, crl.thisUpdateSeconds);
  }

  private uploadDocument({ part, bytes, signature, signer, at }: Extract<StoreAction, { do: 'upload' }>): void {
    const certificate = this.issued(at, this.signers.get(sha256(signer!)));
    if (part === 'tcbInfo') {
      const info = admitTcbInfo(bytes, signature!, certificate, at);
      const end = Math.min(info.nextUpdateSeconds, certificate.notAfterSeconds);
      this.replace(`${part} ${info.tee} ${sha256(info.fmspc)} ${info.evaluationNumber}`, info.issueDateSeconds, end);
    } else {
      const identity = admitQeIdentity(bytes, signature!, certificate, at);
      const end = Math.min(identity.nextUpdateSeconds, certificate.notAfterSeconds);
      this.replace(`${part} ${identity.tee} ${identity.evaluationNumber}`, identity.issueDateSeconds, end);
    }
  }

  /** Root and root CRL, which are there and in force. */
  private authority(at: number): [root: Certificate, rootCrl: Crl] {
    const [root, rootCrl] = [this.need(this.root), this.need(this.rootCrl)];
    if (at > rootCrl.nextUpdateSeconds) throw new StoreRefusal('CollateralExpired');
    return [this.inForce(at, root), rootCrl];
  }

  /** A certificate that the root issued, which is there and in force. */
  private issued(at: number, certificate: Certificate | undefined): Certificate {
    const issued = this.need(certificate);
    const [, rootCrl] = this.authority(at);
    this.inForce(at, issued);
    if (rootCrl.revokedSerials.has(toHex(issued.serial))) throw new StoreRefusal('CollateralRevoked');
    return issued;
  }

  private inForce(at: number, certificate: Certificate): Certificate {
    if (at > certificate.notAfterSeconds) throw new StoreRefusal('CollateralExpired');
    return certificate;
  }

  private need<T>(value: T | undefined): T {
    if (value === undefined) throw new StoreRefusal('CollateralMissing');
    return value;
  }

  /** @param end of a document, which with the date of the kept one has to be later */
  private replace(key: string, date: number, end = 0): void {
    const kept = this.dates.get(key);
    if (kept && (kept.date > date || (kept.date === date && kept.end >= end)))
      throw new StoreRefusal('CollateralNotNewer');
    this.dates.set(key, { date, end });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('misbehaviour towards stores', function () {
  this.timeout(120_000);

  const counts = {
    CollateralMissing: 10,
    CollateralNotNewer: 10,
    CollateralExpired: 10,
    CollateralRevoked: 6,
    StaleSnapshot: 10,
  } as const;
  for (const [rule, count] of Object.entries(counts) as [keyof typeof counts, number][])
    it(`${rule}: everything is admitted but the last`, () => {
      const cases = [...ruleCases({ rules: [rule] })].filter((entry): entry is StoreCase => entry.kind === 'store');
      assert.ok(cases.length >= count);
      for (const { id, rootFingerprint, actions } of cases) {
        const store = new Store(rootFingerprint);
        for (const action of actions.slice(0, -1)) store.act(action);
        assert.throws(
          () => store.act(actions.at(-1)!),
          (error) => error instanceof StoreRefusal && error.message === rule,
          id,
        );
      }
    });
});
