import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createPlatform, Vendor, type CollateralFile } from '../../localnet/tee/index.ts';
import { certificatesOf, recorded } from './support.ts';

/** Our bytes beside Intel's: the same elements in the same order, with other content. */

const AT = Date.UTC(2026, 5, 15) / 1000;
const vendor = new Vendor({ seed: 'layout', clock: () => AT });
const machines = {
  platform: createPlatform({ vendor, seed: 'a' }),
  processor: createPlatform({ vendor, seed: 'b', pckCa: 'processor' }),
};

interface Element {
  tag: number;
  content: Buffer;
}

/** Elements of DER, one after the other. */
function elements(bytes: Buffer): Element[] {
  const list: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at + 1]!;
    const head = first < 0x80 ? 2 : 2 + (first & 0x7f);
    const length = first < 0x80 ? first : bytes.readUIntBE(at + 2, first & 0x7f);
    assert.ok(at + head + length <= bytes.length, 'an element goes on beyond its parent');
    list.push({ tag: bytes[at]!, content: bytes.subarray(at + head, at + head + length) });
    at += head + length;
  }
  return list;
}

/** Tags, object identifiers and what is fixed in size, without the content that differs between vendors. */
function shape(bytes: Buffer): string {
  const parts = elements(bytes).map(({ tag, content }): string => {
    const name = tag.toString(16).padStart(2, '0');
    if (tag === 0x06) return `06:${content.toString('hex')}`;
    if (tag === 0x30 && elements(content)[0]?.tag === 0x06 && isExtension(content)) return extensionShape(content);
    if ((tag & 0x20) !== 0) return `${name}(${shape(content)})`;
    if (tag === 0x04 || tag === 0x80 || tag === 0x17 || tag === 0x01) return `${name}[${content.length}]`;
    return name;
  });
  return parts.filter((part, i) => part !== parts[i - 1]).join(' ');
}

/** Identifiers of certificate extensions: 2.5.29 and Intel's SGX extension. */
function isExtension(content: Buffer): boolean {
  const oid = elements(content)[0]!.content.toString('hex');
  return oid.startsWith('551d') || oid === '2a864886f84d010d01';
}

function extensionShape(content: Buffer): string {
  const parts = elements(content);
  const value = parts.at(-1)!.content;
  const isCritical = parts.length === 3;
  const inner = value[0] === 0x03 ? value.toString('hex') : shape(value);
  return `extension ${parts[0]!.content.toString('hex')} ${isCritical} (${inner})`;
}

/** JSON with every value replaced by its kind, keys in their order. */
function jsonShape(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((entry) => JSON.stringify(jsonShape(entry))))].sort();
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, jsonShape(entry)]));
  if (typeof value !== 'string') return typeof value;
  if (/^[0-9A-F]+$/.test(value)) return `${value.length} hex digits`;
  return value
    .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'date')
    .replace(/^INTEL-SA-\d{5}$/, 'advisory')
    .replace(/^(UpToDate|OutOfDate|SWHardeningNeeded|Configuration\w+|OutOfDateConfigurationNeeded)$/, 'status');
}

function readRecorded(name: string): { file: CollateralFile; quote: Buffer } | undefined {
  const file = recorded(`${name}.collateral.json`);
  const quote = recorded(`${name}.quote.bin`);
  return file && quote && { file: JSON.parse(file.toString()) as CollateralFile, quote };
}

const PAIRS = [
  ['sgx_v3_confighardening', 'processor', 'sgx3'],
  ['tdx_v4_uptodate', 'platform', 'tdx4'],
  ['tdx_v5_no_matching_level', 'platform', 'tdx5td15'],
] as const;

describe('simulated platform: the layout of Intel', () => {
  for (const [name, kind, form] of PAIRS) {
    const tee = form === 'sgx3' ? 'sgx' : 'tdx';
    const machine = machines[kind];
    const ours = machine.collateral({ tee });
    const ourQuote = Buffer.from(machine.quote({ form, reportData: new Uint8Array(64) }).quote);

    it(`certificates and CRLs of ${name}`, function () {
      const theirs = readRecorded(name);
      if (!theirs) return this.skip();
      // A CRL without entries has no list; the recorded PCK CRL of platforms has some.
      if (kind === 'platform') createPlatform({ vendor, seed: 'revoked' }).revoke();
      const file = machine.collateral({ tee });
      for (const chain of ['pck_crl_issuer_chain', 'tcb_info_issuer_chain', 'qe_identity_issuer_chain'] as const) {
        const [ourFirst, ourRoot] = certificatesOf(file[chain]);
        const [first, root] = certificatesOf(theirs.file[chain]);
        assert.equal(shape(ourFirst!), shape(first!));
        assert.equal(shape(ourRoot!), shape(root!));
        // Serial numbers and signatures have a byte more or less each.
        assert.ok(Math.abs(ourFirst!.length - first!.length) <= 3, `${ourFirst!.length} bytes, not ${first!.length}`);
        assert.ok(Math.abs(ourRoot!.length - root!.length) <= 3, `${ourRoot!.length} bytes, not ${root!.length}`);
      }
      for (const crl of ['root_ca_crl', 'pck_crl'] as const)
        assert.equal(shape(Buffer.from(file[crl], 'hex')), shape(Buffer.from(theirs.file[crl], 'hex')), crl);
      const ourLeaf = certificatesOf(ourQuote.toString('latin1'))[0]!;
      const leaf = certificatesOf(theirs.quote.toString('latin1'))[0]!;
      assert.equal(shape(ourLeaf), shape(leaf));
      assert.ok(Math.abs(ourLeaf.length - leaf.length) <= 6, `${ourLeaf.length} bytes, not ${leaf.length}`);
    });

    it(`signed documents of ${name}`, function () {
      const theirs = readRecorded(name);
      if (!theirs) return this.skip();
      const shapeOf = (text: string): string => JSON.stringify(jsonShape(JSON.parse(text)));
      // What is optional in a level or a component is not in every recorded document: shapes of levels are a set.
      const [info, theirInfo] = [ours.tcb_info, theirs.file.tcb_info].map((text) => {
        const { tcbLevels, tdxModuleIdentities, ...rest } = jsonShape(JSON.parse(text)) as Record<string, unknown>;
        return { rest: JSON.stringify(rest), lists: [tcbLevels, tdxModuleIdentities ?? []] as string[][] };
      });
      assert.equal(info!.rest, theirInfo!.rest);
      if (name === 'tdx_v5_no_matching_level') assert.deepEqual(info, theirInfo);
      const keysOf = (text: string): string => Object.keys(JSON.parse(text) as object).join();
      assert.equal(keysOf(ours.tcb_info), keysOf(theirs.file.tcb_info));
      assert.equal(shapeOf(ours.qe_identity), shapeOf(theirs.file.qe_identity));
      assert.deepEqual(Object.keys(ours), Object.keys(theirs.file));
      for (const key of ['tcb_info', 'qe_identity'] as const)
        assert.equal(ours[key], JSON.stringify(JSON.parse(ours[key])));
      for (const key of ['tcb_info_signature', 'qe_identity_signature'] as const)
        assert.equal(ours[key].length, theirs.file[key].length);
    });

    it(`quote of ${name}`, function () {
      const theirs = readRecorded(name);
      if (!theirs) return this.skip();
      const { quote } = theirs;
      const bodyEnd = form === 'sgx3' ? 432 : form === 'tdx4' ? 632 : 702;
      const pemStart = quote.indexOf('-----BEGIN');
      assert.equal(ourQuote.indexOf('-----BEGIN'), pemStart);
      const same = (from: number, to: number): void =>
        assert.deepEqual(ourQuote.subarray(from, to), quote.subarray(from, to));
      same(0, 8); // version, key type, TEE type
      if (form !== 'sgx3') same(8, 12);
      same(12, 28); // vendor
      same(44, form === 'tdx5td15' ? 54 : 48); // end of the user data, descriptor
      if (form !== 'sgx3') same(bodyEnd + 132, bodyEnd + 134);
      const qeReport = pemStart - 488;
      same(qeReport + 448, qeReport + 484); // size and content of the authentication data, inner type
      same(qeReport + 352, qeReport + 384);
      for (const bytes of [ourQuote, quote]) {
        const end = bodyEnd + 4 + bytes.readUInt32LE(bodyEnd);
        assert.equal(pemStart + bytes.readUInt32LE(pemStart - 4), end);
        assert.equal(bytes[end - 1], 0);
        assert.ok(bytes.subarray(0, end).toString('latin1').endsWith('\n-----END CERTIFICATE-----\n\0'));
        assert.equal(certificatesOf(bytes.toString('latin1')).length, 3);
      }
    });
  }

  it('the names are not those of Intel', () => {
    for (const der of [vendor.root, vendor.tcbSigning, ...machines.platform.chain(), ...machines.processor.chain()]) {
      const certificate = new X509Certificate(der);
      assert.match(certificate.subject, /^CN=Local SGX .*\nO=Corridor Localnet\nL=Simulations\nST=XX\nC=XX$/);
      assert.doesNotMatch(Buffer.from(der).toString('latin1'), /intel|santa clara/i);
    }
  });
});
