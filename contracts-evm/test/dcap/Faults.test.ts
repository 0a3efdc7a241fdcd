import assert from 'node:assert/strict';
import { bytesToHex } from 'viem';
import { AUTHORITY_KEY_OID, reasonCode } from '../../../localnet/tee/crl.ts';
import { EXTENSION_OIDS, extension, P256_KEY_HEAD } from '../../../localnet/tee/certificate.ts';
import { integer, octets, oid, sequence, time, utcTime } from '../../../localnet/tee/der.ts';
import { CASE_TIME, draftOf, issue, type Draft, type Issued } from '../../../localnet/tee/misbehave/index.ts';
import { sgxEntry, SGX_OID } from '../../../localnet/tee/sgx-extension.ts';
import { compactEvidence, readCertificate, readEvidence } from '../../../prover/protocol/dcap/index.ts';
import {
  dcapChain,
  PARTS,
  uploadCall,
  verifyCall,
  verifyCompactCall,
  type DcapChain,
  type Outcome,
  type Part,
  type Verifier,
} from '../harness/dcap.ts';

const NUMBER = 19;
const DAY = 86_400;
const honest = issue(draftOf('tdx4'));
const leaf = readEvidence(honest.evidence).certificationData;
const known = readCertificate(leaf, 'pck');
/** How errors number the documents. */
const DOCUMENTS = { pck: 4n, pckCrl: 6n, tcbInfo: 7n, qeIdentity: 8n } as const;
type Document = keyof typeof DOCUMENTS;

/**
 * A fault, the rule that it breaks, and where in the document reading must stop: `behind` these bytes or this text, which
 * are in it once, or the last of which is meant.
 */
interface Fault {
  about: string;
  rule: string;
  edit: (draft: Draft) => void;
  behind: (draft: Draft) => Uint8Array | string;
}

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const tagged = (suffix: string): Uint8Array => oid(SGX_OID + suffix);

const LEAF_FAULTS: Fault[] = [
  {
    about: 'more than 4,096 bytes',
    rule: 'MalformedCertificate',
    edit: ({ certificates: { pck } }) => {
      pck.parts.extensions.more = extension('551d1f', false, new Uint8Array(4_000));
    },
    behind: () => '',
  },
  {
    about: 'that ends within its key',
    rule: 'MalformedCertificate',
    edit: ({ certificates: { pck } }) => {
      pck.parts.publicKey = join(P256_KEY_HEAD, new Uint8Array(59).fill(7));
      pck.parts.extensions = {};
    },
    behind: () => P256_KEY_HEAD,
  },
  {
    about: 'with a third date',
    rule: 'InvalidValidity',
    edit: ({ certificates: { pck } }) => {
      pck.parts.validity = sequence(time(CASE_TIME - DAY), time(CASE_TIME + DAY), time(CASE_TIME + 2 * DAY));
    },
    behind: () => time(CASE_TIME + DAY),
  },
  {
    about: 'with a date of one digit too many',
    rule: 'InvalidValidity',
    edit: ({ certificates: { pck } }) => {
      pck.parts.validity = sequence(utcTime('3401010000000Z'), time(CASE_TIME + DAY));
    },
    behind: () => utcTime('3401010000000Z').slice(0, 2),
  },
  {
    about: 'with a byte behind a key identifier',
    rule: 'InvalidExtension',
    edit: ({ certificates: { pck } }) => {
      const value = join(bytes('30168014'), known.authorityKeyId, bytes('00'));
      pck.parts.extensions.authorityKeyId = extension(EXTENSION_OIDS.authorityKeyId, false, value);
    },
    behind: () => bytes('30168014'),
  },
  {
    about: 'with an entry of the SGX extension that nobody knows',
    rule: 'MalformedSgxExtension',
    edit: ({ sgx }) => void (sgx.more = sgxEntry('08', octets(bytes('00')))),
    behind: ({ sgx }) => sgx.configuration!,
  },
  {
    about: 'with a PPID of 15 bytes',
    rule: 'InvalidPpid',
    edit: ({ sgx }) => void (sgx.ppid = sgxEntry('01', octets(new Uint8Array(15).fill(7)))),
    behind: () => join(tagged('01'), bytes('040f')),
  },
  {
    about: 'with a CPUSVN of 17 bytes',
    rule: 'MalformedSgxExtension',
    edit: ({ tcb }) => void (tcb.cpuSvn = sgxEntry('0212', octets(new Uint8Array(17).fill(9)))),
    behind: () => join(tagged('0212'), bytes('0411')),
  },
  {
    about: 'with an entry behind its CPUSVN',
    rule: 'MalformedSgxExtension',
    edit: ({ tcb }) => void (tcb.more = sgxEntry('0213', integer(0))),
    behind: ({ tcb }) => tcb.cpuSvn!,
  },
  {
    about: 'with a type of platform that is none',
    rule: 'MalformedSgxExtension',
    edit: ({ sgx }) => void (sgx.sgxType = sgxEntry('05', bytes('0a0103'))),
    behind: () => join(tagged('05'), bytes('0a01')),
  },
  {
    about: 'with a PCEID of 3 bytes',
    rule: 'MalformedSgxExtension',
    edit: ({ sgx }) => void (sgx.pceId = sgxEntry('03', octets(bytes('000000')))),
    behind: () => join(tagged('03'), bytes('0403')),
  },
];

const CRL_FAULTS: Fault[] = [
  {
    about: 'with a list of no entries',
    rule: 'MalformedCrl',
    edit: ({ crls: { pckCa } }) => {
      pckCa.parts.nextUpdate = join(pckCa.parts.nextUpdate, sequence());
      pckCa.parts.entries = [];
    },
    behind: ({ crls: { pckCa } }) => pckCa.parts.nextUpdate,
  },
  {
    about: 'with bytes behind the reason of an entry',
    rule: 'InvalidCrlExtension',
    edit: ({ crls: { pckCa } }) => {
      const entry = [integer(7), time(CASE_TIME - DAY), reasonCode(1), bytes('0500')];
      pckCa.parts.entries.push(sequence(...entry));
    },
    // Up to the reason itself.
    behind: () => join(integer(7), time(CASE_TIME - DAY), reasonCode(1).slice(0, -1)),
  },
  {
    about: 'with an extension behind its key identifier',
    rule: 'InvalidCrlExtension',
    edit: ({ crls: { pckCa } }) => void (pckCa.parts.extensions.delta = extension('551d1b', true, integer(1))),
    behind: () => join(oid(AUTHORITY_KEY_OID), bytes('041830168014')),
  },
];

const NUMBER_KEY = '"tcbEvaluationDataNumber":';
const TCB_INFO_FAULTS: Fault[] = [
  {
    about: 'of another version',
    rule: 'UnsupportedTcbInfo',
    edit: ({ tcbInfo }) => void (tcbInfo.json.version = 4),
    behind: () => '"version":',
  },
  {
    about: 'of another type',
    rule: 'UnsupportedTcbInfo',
    edit: ({ tcbInfo }) => void (tcbInfo.json.tcbType = 1),
    behind: () => '"tcbType":',
  },
  {
    about: 'with a number that begins with zero',
    rule: 'MalformedTcbInfo',
    edit: ({ tcbInfo }) => void (tcbInfo.edit = (text) => text.replace(`${NUMBER_KEY}19`, `${NUMBER_KEY}019`)),
    behind: () => NUMBER_KEY,
  },
  {
    about: 'with two identities of one module',
    rule: 'UnorderedTcbLevels',
    edit: ({ tcbInfo: { json } }) => {
      json.tdxModuleIdentities!.push({ ...structuredClone(json.tdxModuleIdentities![0]!), id: 'TDX_01' });
    },
    behind: () => '{"id":"TDX_',
  },
];

const QE_IDENTITY_FAULTS: Fault[] = [
  {
    about: 'of another version',
    rule: 'UnsupportedQeIdentity',
    edit: ({ qeIdentity }) => void (qeIdentity.json.version = 3),
    behind: () => '"version":',
  },
];

describe('a fault in DCAP data', function () {
  this.timeout(600_000);

  let chain: DcapChain;
  let verifier: Verifier;

  before(async () => {
    chain = await dcapChain(CASE_TIME);
    verifier = await storeOf(honest);
  });

  async function storeOf({ collateral, rootFingerprint }: Issued, parts: readonly Part[] = PARTS): Promise<Verifier> {
    const store = await chain.deployVerifier(rootFingerprint);
    for (const part of parts) await store.send(uploadCall(part, collateral));
    return store;
  }

  const verify = (of: Verifier, { evidence }: Issued): Promise<Outcome> => of.call(verifyCall(evidence, NUMBER));

  /** Refused by its rule, where the document breaks it. */
  function faultsOf(document: Document, faults: readonly Fault[], play: (issued: Issued) => Promise<Outcome>): void {
    for (const { about, rule, edit, behind } of faults) {
      it(`${document} ${about}: ${rule}`, async () => {
        const draft = draftOf('tdx4');
        edit(draft);
        const issued = issue(draft);
        const whole =
          document === 'pck' ? readEvidence(issued.evidence).certificationData : issued.collateral[document];
        const before = Buffer.from(behind(draft));
        const start = before.length === 0 ? 0 : Buffer.from(whole).lastIndexOf(before);
        assert.ok(start >= 0);
        const { error, args } = await play(issued);
        assert.equal(error, rule);
        assert.deepEqual(args, [DOCUMENTS[document], BigInt(start + before.length)]);
      });
    }
  }

  faultsOf('pck', LEAF_FAULTS, (issued) => verify(verifier, issued));
  for (const [document, faults] of [
    ['pckCrl', CRL_FAULTS],
    ['tcbInfo', TCB_INFO_FAULTS],
    ['qeIdentity', QE_IDENTITY_FAULTS],
  ] as const)
    faultsOf(document, faults, ({ collateral }) => verifier.call(uploadCall(document, collateral)));

  it('evidence that ends before its leaf: TruncatedEvidence', async () => {
    const { error, args } = await verifier.call(verifyCall(honest.evidence.slice(0, 1_257), NUMBER));
    assert.deepEqual([error, args], ['TruncatedEvidence', [1_257n, 1_258n]]);
  });

  it('a byte behind the signature of a document: InvalidTcbInfoSignature, InvalidQeIdentitySignature', async () => {
    const store = await storeOf(honest, PARTS.slice(0, PARTS.indexOf('tcbInfo')));
    const { collateral } = honest;
    for (const [part, key, rule] of [
      ['tcbInfo', 'tcbInfoSignature', 'InvalidTcbInfoSignature'],
      ['qeIdentity', 'qeIdentitySignature', 'InvalidQeIdentitySignature'],
    ] as const) {
      assert.equal((await store.call(uploadCall(part, collateral))).error, undefined);
      const longer = { ...collateral, [key]: join(collateral[key], bytes('00')) };
      assert.equal((await store.call(uploadCall(part, longer))).error, rule);
    }
  });

  it('is none in levels of which one has all advisories above those of the other', async () => {
    const draft = draftOf('tdx4');
    draft.tcbInfo.json.tcbLevels[0]!.advisoryIDs = ['INTEL-SA-01036', 'INTEL-SA-01079'];
    draft.qeIdentity.json.tcbLevels[0]!.advisoryIDs = ['INTEL-SA-00837'];
    const issued = issue(draft);
    const { result } = await verify(await storeOf(issued), issued);
    assert.deepEqual((result as { advisories: bigint[] }).advisories, [837n, 1036n, 1079n]);
  });

  describe('in compact form', () => {
    /** Bytes of what fills the template, from the PPID on: that, components, PCESVN, CPUSVN, PCEID, FMSPC, instance. */
    const FROM_PPID = 16 + 16 + 1 + 16 + 2 + 6 + 16;
    let store: Verifier;

    before(async () => {
      store = await storeOf(honest);
      await store.addTemplate(honest.evidence, NUMBER);
    });

    async function compactOf({ evidence }: Issued): Promise<Uint8Array> {
      return compactEvidence(evidence, await store.templatesFor(honest.evidence))!;
    }
    const refusal = async (compact: Uint8Array): Promise<unknown[]> => {
      const { error, args } = await store.call(verifyCompactCall(compact, NUMBER));
      return [error, ...(args ?? [])];
    };
    /** The compact form of honest evidence with bytes written at a place, counted from the end where below zero. */
    const overwritten = async (at: number, value: Uint8Array): Promise<Uint8Array> => {
      const compact = await compactOf(honest);
      compact.set(value, at < 0 ? compact.length + at : at);
      return compact;
    };

    it('of a form that is none: MalformedCompactEvidence', async () => {
      assert.deepEqual(await refusal(await overwritten(5, Uint8Array.of(4))), [undefined]);
      for (const form of [0, 2, 7, 255])
        assert.deepEqual(await refusal(await overwritten(5, Uint8Array.of(form))), ['MalformedCompactEvidence']);
    });

    it("is none in authentication data that are not those of Intel's QE", async () => {
      const draft = draftOf('tdx4');
      draft.quote.qeAuthData = new Uint8Array(32).fill(0xff);
      const issued = issue(draft);
      const { result } = await store.call(verifyCompactCall(await compactOf(issued), NUMBER));
      assert.notEqual(result, undefined);
      assert.deepEqual(result, (await verify(store, issued)).result);
    });

    it('in the reserved field of the header, rightly signed: ReservedHeaderField', async () => {
      const draft = draftOf('tdx4');
      draft.quote.header = draft.quote.header.slice();
      draft.quote.header[8] = 1;
      const { evidence } = issue(draft);
      const compact = await overwritten(6, evidence.subarray(8, 12));
      // Behind header and body, and the size of what is signed with.
      compact.set(evidence.subarray(636, 700), 30);
      assert.deepEqual(await refusal(compact), ['ReservedHeaderField', '0x01000000']);
    });

    it('in the serial number: InvalidSerialNumber', async () => {
      const compact = await compactOf(honest);
      const { serial } = known;
      const start = compact.length - FROM_PPID - 20 - 64 - 24 - integer(serial).length + 2;
      assert.equal(Buffer.from(compact).indexOf(integer(serial).slice(2)), start);
      const zero = join(compact.subarray(0, start), bytes('00'), compact.subarray(compact.length - FROM_PPID - 108));
      // Behind two headers of 4 bytes, the version and its own header.
      assert.deepEqual(await refusal(zero), ['InvalidSerialNumber', DOCUMENTS.pck, 15n]);
    });

    it('in the PPID: InvalidPpid', async () => {
      const zero = await overwritten(-FROM_PPID, new Uint8Array(16));
      const offset = BigInt(Buffer.from(leaf).indexOf(known.sgx!.ppid));
      assert.deepEqual(await refusal(zero), ['InvalidPpid', DOCUMENTS.pck, offset]);
    });

    it('in a component whose length is another: MalformedSgxExtension', async () => {
      const first = join(tagged('0201'), bytes('0201'));
      const offset = BigInt(Buffer.from(leaf).indexOf(first) + first.length);
      const longer = await overwritten(16 - FROM_PPID, Uint8Array.of(0x83));
      assert.deepEqual(await refusal(longer), ['MalformedSgxExtension', DOCUMENTS.pck, offset]);
    });
  });

  it('in an upload for which a store can create no contract: CannotKeep, and nothing is kept', async () => {
    const store = await storeOf(honest, PARTS.slice(0, PARTS.indexOf('tcbInfo')));
    const upload = uploadCall('tcbInfo', honest.collateral);
    assert.equal((await store.call(upload)).error, undefined);
    // The last number of all, EIP-2681: an account that has it creates nothing any more.
    const params = [store.address, '0xffffffffffffffff'];
    await chain.connection.provider.request({ method: 'hardhat_setNonce', params });
    const { error, args } = await store.call(upload);
    assert.equal(error, 'CannotKeep');
    assert.equal(args!.length, 1);
    assert.ok((args![0] as bigint) > 0n);
    await store.sendRefused(upload);
    const [issued] = (await store.read('tcbInfo', [2, bytesToHex(known.sgx!.fmspc), NUMBER])) as [bigint];
    assert.equal(issued, 0n);
  });
});
