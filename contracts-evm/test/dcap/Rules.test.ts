import assert from 'node:assert/strict';
import {
  honestCases,
  orderCases,
  ruleCases,
  RULES,
  type RuleCase,
  type StoreAction,
  type StoreCase,
  type VerificationCase,
} from '../../../localnet/tee/misbehave/index.ts';
import { isMeasured } from '../harness/chain.ts';
import { CorpusRunner, isPlayable } from '../harness/dcap-corpus.ts';
import {
  crlCall,
  documentCall,
  evaluationNumberOf,
  someOf,
  uploadCall,
  verifyCall,
  type Call,
  type Outcome,
} from '../harness/dcap.ts';
import { bytesToHex } from 'viem';

const runner = new CorpusRunner();

/** How errors number the roles of certificates. */
const ROLES = { root: 1, pckCa: 2, tcbSigning: 3, pck: 4 } as const;

/** Rules 20 to 37. */
const OF_ALL_ROLES = /^DCAP-(2\d|3[0-7])$/;

async function outcomeOf(entry: VerificationCase): Promise<Outcome> {
  const { step, collateral, at, admittedAt, laterRootCrl, rootFingerprint, evidence } = entry;
  if (step !== 'verification') {
    const verifier = await runner.verifier(at, rootFingerprint, collateral, step);
    return verifier.call(uploadCall(step, collateral));
  }
  const verification = verifyCall(evidence, evaluationNumberOf(collateral));
  const verifier = await runner.verifier(admittedAt, rootFingerprint, collateral);
  if (at === admittedAt && !laterRootCrl) return verifier.call(verification);
  const chain = await runner.chain(admittedAt);
  return chain.later(at, async () => {
    if (laterRootCrl) await verifier.send(['uploadRootCrl', [bytesToHex(laterRootCrl)]]);
    return verifier.call(verification);
  });
}

async function storeOutcomeOf({ actions, rootFingerprint }: StoreCase): Promise<Outcome> {
  const chain = await runner.chain(actions[0]!.at);
  const verifier = await chain.deployVerifier(rootFingerprint);
  for (const action of actions.slice(0, -1)) {
    assert.equal(action.at, chain.now());
    if (action.do !== 'refresh') await verifier.send(callOf(action));
  }
  const last = actions.at(-1)!;
  assert.ok(last.do !== 'refresh');
  if (last.at === chain.now()) return verifier.call(callOf(last));
  return chain.later(last.at, () => verifier.call(callOf(last)));
}

function callOf(action: Exclude<StoreAction, { do: 'refresh' }>): Call {
  if (action.do === 'verify') return verifyCall(action.evidence, action.evaluationNumber);
  const { part, bytes, signature, signer } = action;
  if (part === 'tcbInfo') return documentCall('uploadTcbInfo', bytesToHex(bytes), signature!, signer!);
  if (part === 'qeIdentity') return documentCall('uploadQeIdentity', bytesToHex(bytes), signature!, signer!);
  if (part === 'pckCrl') return crlCall(bytes);
  // Certificates and the root CRL go up by their bytes alone.
  return uploadCall(part, { [part]: bytes } as never);
}

describe('DCAP rules', function () {
  this.timeout(1_200_000);

  it('refuses every case of the corpus by its rule', async () => {
    const counts = new Map<string, number>();
    const played = new Map<string, number>();
    for (const entry of ruleCases()) {
      if (entry.kind === 'conversion' || entry.rule === 'StaleSnapshot') continue;
      counts.set(entry.rule, (counts.get(entry.rule) ?? 0) + 1);
      // Under measurement, which is slow, some of each rule and step.
      const kind = `${entry.rule} ${entry.kind === 'store' ? 'store' : `${entry.step} ${entry.role}`}`;
      played.set(kind, (played.get(kind) ?? 0) + 1);
      if (isMeasured && played.get(kind)! > 2) continue;
      if (entry.kind === 'verification' && !isPlayable(entry)) continue;
      const outcome = entry.kind === 'store' ? await storeOutcomeOf(entry) : await outcomeOf(entry);
      assert.equal(outcome.error, entry.rule, `${entry.id}: ${describeOutcome(outcome)}`);
      // Rules of one kind of certificate have other arguments.
      if (entry.kind === 'verification' && entry.role && OF_ALL_ROLES.test(entry.number)) {
        assert.equal(outcome.args![0], BigInt(ROLES[entry.role]), entry.id);
      }
    }
    for (const [rule, count] of counts) assert.ok(count >= 10, `${rule} has ${count} cases`);
    const others = ['StaleSnapshot', 'TrailingBytes', 'MalformedPem', 'InvalidPemChain', 'MalformedCollateralFile'];
    assert.deepEqual([...counts.keys(), ...others].sort(), Object.keys(RULES).sort());
  });

  it('has nothing that can be stale', async () => {
    let count = 0;
    for (const entry of ruleCases({ rules: ['StaleSnapshot'] })) {
      const outcome = await storeOutcomeOf(entry as StoreCase & RuleCase);
      assert.equal(outcome.error, undefined, entry.id);
      count += 1;
    }
    assert.ok(count >= 10);
  });

  it('names the first of two broken rules', async () => {
    for (const entry of someOf(orderCases(), 16)) {
      const outcome = await outcomeOf(entry);
      assert.equal(outcome.error, entry.rule, entry.id);
    }
  });

  it('accepts every honest case with its judgement', async () => {
    const statuses = [
      ...['None', 'UpToDate', 'SWHardeningNeeded', 'ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded'],
      ...['OutOfDate', 'OutOfDateConfigurationNeeded', 'TDRelaunchAdvised', 'TDRelaunchAdvisedConfigurationNeeded'],
    ];
    for (const { id, at, rootFingerprint, collateral, evidence, expected, allowDebug } of someOf(honestCases(), 2)) {
      if (!isPlayable({ collateral })) continue;
      const verifier = await runner.verifier(at, rootFingerprint, collateral);
      const outcome = await verifier.call(verifyCall(evidence, evaluationNumberOf(collateral)));
      if (allowDebug) {
        assert.equal(outcome.error, 'DebugNotAllowed', id);
        continue;
      }
      assert.equal(outcome.error, undefined, `${id}: ${describeOutcome(outcome)}`);
      const { tcbStatus, advisories, evaluationNumber, expiresAtSeconds } = outcome.result as Record<string, unknown>;
      assert.equal(statuses[tcbStatus as number], expected.status, id);
      assert.deepEqual(advisories, expected.advisories.map(BigInt), id);
      assert.equal(evaluationNumber, expected.evaluationNumber, id);
      assert.equal(expiresAtSeconds, BigInt(expected.expiresAt), id);
    }
  });
});

function describeOutcome({ error, args }: Outcome): string {
  return error ? `${error}(${args.join(', ')})` : 'accepted';
}
