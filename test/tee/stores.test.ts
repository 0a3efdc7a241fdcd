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
  private readonly dates = new Map<string, number>();
  private readonly signers = new Map<string, Certificate>();
  private readonly pckCas: Certificate[] = [];
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
      const crl = admitCrl(bytes, this.need(this.root), atSeconds);
      this.replace('root CRL', crl.thisUpdateSeconds);
      this.rootCrl = crl;
    } else if (part === 'pckCrl') this.uploadPckCrl(bytes, atSeconds);
    else if (part === 'tcbInfo' || part === 'qeIdentity') this.uploadDocument(action);
    else {
      const [root, crl] = [this.need(this.root), this.need(this.rootCrl)];
      if (part === 'pckCa') this.pckCas.push(admitPckCa(bytes, root, crl, atSeconds));
      else this.signers.set(sha256(bytes), admitTcbSigner(bytes, root, crl, atSeconds));
    }
    this.changes += 1;
  }

  private uploadPckCrl(bytes: Uint8Array, atSeconds: number): void {
    // The issuer is the CA that signed it: the one whose key identifier the CRL names.
    const issuer = this.pckCas.find(({ subjectKeyId }) => Buffer.from(bytes).includes(Buffer.from(subjectKeyId)));
    const crl = admitCrl(bytes, this.need(issuer), atSeconds);
    this.replace(`PCK CRL ${sha256(crl.authorityKeyId)}`, crl.thisUpdateSeconds);
  }

  private uploadDocument({ part, bytes, signature, signer, at }: Extract<StoreAction, { do: 'upload' }>): void {
    const certificate = this.need(this.signers.get(sha256(signer!)));
    if (part === 'tcbInfo') {
      const info = admitTcbInfo(bytes, signature!, certificate, at);
      this.replace(`${part} ${info.tee} ${sha256(info.fmspc)} ${info.evaluationNumber}`, info.issueDateSeconds);
    } else {
      const identity = admitQeIdentity(bytes, signature!, certificate, at);
      this.replace(`${part} ${identity.tee} ${identity.evaluationNumber}`, identity.issueDateSeconds);
    }
  }

  private need<T>(value: T | undefined): T {
    if (value === undefined) throw new StoreRefusal('CollateralMissing');
    return value;
  }

  private replace(key: string, date: number): void {
    if ((this.dates.get(key) ?? -1) >= date) throw new StoreRefusal('CollateralNotNewer');
    this.dates.set(key, date);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('misbehaviour towards stores', function () {
  this.timeout(120_000);

  for (const rule of ['CollateralMissing', 'CollateralNotNewer', 'StaleSnapshot'] as const)
    it(`${rule}: everything is admitted but the last`, () => {
      const cases = [...ruleCases({ rules: [rule] })] as StoreCase[];
      assert.ok(cases.length >= 10);
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
