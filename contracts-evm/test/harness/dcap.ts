/** A chain with DCAP verifiers on it, for tests that upload and verify at chosen times. */
import assert from 'node:assert/strict';
import { artifacts, network } from 'hardhat';
import {
  bytesToHex,
  createPublicClient,
  custom,
  createWalletClient,
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  hexToBytes,
  http,
  keccak256,
  toHex,
  type Abi,
  type Address,
  type Hex,
  type TransactionReceipt,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import {
  leafTemplatesOf,
  readCertificate,
  readCrl,
  readEvidence,
  type Collateral,
  type LeafTemplate,
} from '../../../prover/protocol/dcap/index.ts';
import { isMeasured, MAX_GAS } from './chain.ts';

/** Whether to take the time for all that can be compared, and not for a part of it: `npm run test:long`. */
const isLong = process.env.CORRIDOR_LONG === '1';

/** How often to try what is random: as said for `npm test`, for a long run, and seldom under measurement, which is slow. */
export const triesOf = (usual: number, long: number): number =>
  isLong ? long : isMeasured ? Math.ceil(usual / 5) : usual;

/** All cases, but under measurement one in so many. */
export function* someOf<T>(cases: Iterable<T>, inSoMany: number): Generator<T> {
  let i = 0;
  for (const entry of cases) if (!isMeasured || i++ % inSoMany === inSoMany >> 1) yield entry;
}

/** Parts of collateral in the order in which docs/spec/dcap.md section 2 has them uploaded. */
export const PARTS = [
  'root',
  'rootCrl',
  'tcbInfoSigner',
  'tcbInfo',
  'qeIdentitySigner',
  'qeIdentity',
  'pckCa',
  'pckCrl',
] as const;
export type Part = (typeof PARTS)[number];

/** How a call ended: with a result, or with a named error and its arguments. */
export type Outcome =
  | { result: unknown; error?: undefined; args?: undefined }
  | { result?: undefined; error: string; args: readonly unknown[] };

/** A call of the verifier. */
export type Call = readonly [functionName: string, args: readonly unknown[]];

export interface ChainOptions {
  /** Whether the chain has the precompile of EIP-7951; default true */
  hasP256?: boolean;
  /** Whether contracts of any size may be deployed, for harnesses of tests; default false */
  hasRoom?: boolean;
}

export type DcapChain = Awaited<ReturnType<typeof dcapChain>>;

/** Starts a chain whose first block is before `atSeconds`, with the contracts that verifiers share. */
export async function dcapChain(atSeconds: number, { hasP256 = true, hasRoom = false }: ChainOptions = {}) {
  const connection = await network.create({
    override: {
      allowBlocksWithSameTimestamp: true,
      initialDate: new Date((atSeconds - 1) * 1000).toISOString(),
      ...(hasRoom && { allowUnlimitedContractSize: true }),
      ...(!hasP256 && { hardfork: 'prague' }),
    },
  });
  const { viem, provider } = connection;
  // A revert has the code of an internal error, which viem takes for a fault of the node and asks again, three times.
  const client = await viem.getPublicClient({ transport: custom(provider, { retryCount: 0 }) });
  const testClient = await viem.getTestClient();
  const [wallet] = await viem.getWalletClients();
  let timestamp = atSeconds;

  /** Contracts are deployed at the chain's time like everything else. */
  const deploy = async (name: string, args: readonly unknown[] = []) => {
    await testClient.setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
    return viem.deployContract(name, [...args] as unknown[]);
  };
  const certificateJudge = await deploy('CertificateJudge');
  const documentJudge = await deploy('DocumentJudge');
  const reader = await deploy('EvidenceReader');
  /** Judge of certificates, judge of documents, reader. */
  const helpers: readonly Address[] = [certificateJudge.address, documentJudge.address, reader.address];

  /** Deploys a verifier under a root. */
  const deployVerifier = (rootFingerprint: Uint8Array) => deployWith(rootFingerprint, helpers);

  /** Deploys a verifier with other contracts to help it. */
  async function deployWith(rootFingerprint: Uint8Array, others: readonly Address[]) {
    const contract = await deploy('DcapVerifier', [bytesToHex(rootFingerprint), ...others]);
    const address = contract.address as Address;
    const abi = contract.abi as Abi;

    /** What a call would do in a block of the chain's time; nothing changes. */
    async function call([functionName, args]: Call, gas = MAX_GAS): Promise<Outcome> {
      const data = encodeFunctionData({ abi, functionName, args });
      try {
        const { data: result = '0x' } = await client.call({ to: address, data, gas });
        return { result: decodeFunctionResult({ abi, functionName, data: result }) };
      } catch (error) {
        const { errorName, args: errorArgs = [] } = decodeErrorResult({ abi, data: revertData(error) });
        return { error: errorName, args: errorArgs };
      }
    }

    /** Sends a call, which must succeed. */
    async function send([functionName, args]: Call): Promise<TransactionReceipt> {
      await testClient.setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
      const data = encodeFunctionData({ abi, functionName, args });
      const hash = await wallet!.sendTransaction({ to: address, data, gas: MAX_GAS });
      const receipt = await client.waitForTransactionReceipt({ hash });
      assert.equal(receipt.status, 'success', `${functionName} fails`);
      return receipt;
    }

    /** Sends a call, which must fail. */
    async function sendRefused([functionName, args]: Call): Promise<void> {
      await testClient.setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
      const data = encodeFunctionData({ abi, functionName, args });
      // The node mines it, and says so by an error.
      await assert.rejects(wallet!.sendTransaction({ to: address, data, gas: MAX_GAS }), `${functionName} succeeds`);
      const { transactions } = await client.getBlock();
      const { status, to } = await client.getTransactionReceipt({ hash: transactions[0] as Hex });
      assert.deepEqual([status, to], ['reverted', address.toLowerCase()]);
    }

    /** What a call gives back, which must succeed. */
    async function read(functionName: string, args: readonly unknown[] = []): Promise<unknown> {
      const { result, error, args: errorArgs } = await call([functionName, args]);
      assert.equal(error, undefined, `${functionName} fails with ${error}(${errorArgs?.join(', ')})`);
      return result;
    }

    /** Templates of the PCK CA under which evidence is. */
    async function templatesFor(evidence: Uint8Array): Promise<LeafTemplate[]> {
      const { authorityKeyId } = readCertificate(readEvidence(evidence).certificationData, 'pck');
      const pointer = (await read('pckCaData', [bytesToHex(authorityKeyId)])) as Address;
      const code = await client.getCode({ address: pointer });
      return code === undefined ? [] : leafTemplatesOf(hexToBytes(code));
    }

    /** Adds the template of evidence. Gives all of its PCK CA, and the gas. */
    async function addTemplate(evidence: Uint8Array, number: number) {
      const addition = addTemplateCall(evidence, number);
      const { error, args } = await call(addition);
      assert.equal(error, undefined, `addLeafTemplate fails with ${error}(${args?.join()})`);
      const { gasUsed } = await send(addition);
      return { templates: await templatesFor(evidence), gasUsed: Number(gasUsed) };
    }

    return { address, abi, call, send, sendRefused, read, templatesFor, addTemplate };
  }

  /** From now on blocks have this time. It cannot be earlier than before. */
  async function moveTo(atSeconds: number): Promise<void> {
    timestamp = atSeconds;
    await testClient.setNextBlockTimestamp({ timestamp: BigInt(atSeconds) });
    await testClient.mine({ blocks: 1 });
  }

  /** Does something at a later time, and goes back to before it. */
  async function later<T>(atSeconds: number, action: () => Promise<T>): Promise<T> {
    const before = timestamp;
    const id = await testClient.snapshot();
    try {
      await moveTo(atSeconds);
      return await action();
    } finally {
      await testClient.revert({ id });
      timestamp = before;
    }
  }

  /** Puts a word into a contract's storage, for what would take thousands of calls. */
  const setStorageAt = (address: Address, index: Hex, value: Hex): Promise<void> =>
    testClient.setStorageAt({ address, index, value });

  return { connection, client, helpers, deployVerifier, deployWith, setStorageAt, moveTo, later, now: () => timestamp };
}

export type Verifier = Awaited<ReturnType<DcapChain['deployVerifier']>>;

/** Deploys a verifier by a node that others reach too. */
export async function deployVerifierWith(url: string, key: Hex, rootFingerprint: Uint8Array): Promise<Address> {
  const transport = http(url);
  const wallet = createWalletClient({ transport, account: privateKeyToAccount(key) });
  const client = createPublicClient({ transport });
  const deploy = async (name: string, args: readonly unknown[] = []): Promise<Address> => {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    const hash = await wallet.deployContract({ abi: abi as Abi, bytecode: bytecode as Hex, args, chain: null });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    return contractAddress!;
  };
  const helpers = [await deploy('CertificateJudge'), await deploy('DocumentJudge'), await deploy('EvidenceReader')];
  return deploy('DcapVerifier', [bytesToHex(rootFingerprint), ...helpers]);
}

/** The call that uploads a part of collateral. */
export function uploadCall(part: Part, collateral: Collateral): Call {
  const bytes = bytesToHex(collateral[part]);
  switch (part) {
    case 'root':
      return ['uploadRoot', [bytes]];
    case 'rootCrl':
      return ['uploadRootCrl', [bytes]];
    case 'tcbInfoSigner':
    case 'qeIdentitySigner':
      return ['uploadTcbSigningCertificate', [bytes]];
    case 'tcbInfo':
      return documentCall('uploadTcbInfo', bytes, collateral.tcbInfoSignature, collateral.tcbInfoSigner);
    case 'qeIdentity':
      return documentCall('uploadQeIdentity', bytes, collateral.qeIdentitySignature, collateral.qeIdentitySigner);
    case 'pckCa':
      return ['uploadPckCa', [bytes]];
    case 'pckCrl':
      return ['uploadPckCrl', [bytes, bytesToHex(readCertificate(collateral.pckCa, 'pckCa').subjectKeyId)]];
  }
}

/** The call that uploads the CRL of whichever PCK CA it names. */
export function crlCall(der: Uint8Array): Call {
  return ['uploadPckCrl', [bytesToHex(der), bytesToHex(readCrl(der).authorityKeyId)]];
}

export function documentCall(functionName: string, document: Hex, signature: Uint8Array, signer: Uint8Array): Call {
  return [functionName, [document, bytesToHex(signature), keccak256(toHex(signer))]];
}

export function verifyCall(evidence: Uint8Array, evaluationNumber: number): Call {
  return ['verify', [bytesToHex(evidence), evaluationNumber]];
}

export function addTemplateCall(evidence: Uint8Array, evaluationNumber: number): Call {
  return ['addLeafTemplate', [bytesToHex(evidence), evaluationNumber]];
}

export function verifyCompactCall(evidence: Uint8Array, evaluationNumber: number): Call {
  return ['verifyCompact', [bytesToHex(evidence), evaluationNumber]];
}

/** The evaluation number that TCB info has, as signed. */
export function evaluationNumberOf(collateral: Collateral): number {
  const match = /"tcbEvaluationDataNumber":(\d+)/.exec(Buffer.from(collateral.tcbInfo).toString('latin1'));
  return Number(match?.[1] ?? 0);
}

/** The data that a call reverted with. */
export function revertData(error: unknown): Hex {
  for (
    let cause = error as { cause?: unknown; data?: unknown } | undefined;
    cause;
    cause = cause.cause as typeof cause
  ) {
    const data = typeof cause.data === 'object' ? (cause.data as { data?: unknown } | null)?.data : cause.data;
    if (typeof data === 'string' && data.startsWith('0x') && data.length > 2) return data as Hex;
  }
  throw error;
}
