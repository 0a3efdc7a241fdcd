/** Who may call what, docs/spec/contracts.md section 8, as the deployment puts it into the AccessManager. */
import { toFunctionSelector, type Abi, type Hex } from 'viem';
import { inboxAbi, outboxAbi, registryAbi } from '../../../prover/bindings/evm/index.ts';

/** Numbers of contracts-evm/src/access/Roles.sol, and of the manager's own role. */
export const ROLES = { admin: 0n, governance: 1n, verifierGovernance: 2n, guardian: 3n, inbox: 4n } as const;

export type RestrictedContract = 'registry' | 'outbox' | 'inbox';
type RestrictedRole = 'governance' | 'verifierGovernance' | 'guardian' | 'inbox';

const ABIS: Record<RestrictedContract, Abi> = { registry: registryAbi, outbox: outboxAbi, inbox: inboxAbi };

/** Every restricted function of every contract. What tightens is the guardian's, what loosens or adds is governance's. */
export const RESTRICTED: Record<RestrictedContract, Partial<Record<RestrictedRole, readonly string[]>>> = {
  registry: {
    governance: [
      'admitOperator',
      'addEntry',
      'acceptTcbStatus',
      'lowerMinimumEvaluationNumber',
      'allowAdvisory',
      'allowPlatform',
      'allowPlatformFamily',
      'waiveListing',
      'setRevocationKey',
    ],
    verifierGovernance: ['setVerifier'],
    guardian: [
      'removeOperator',
      'removeEntry',
      'rejectTcbStatus',
      'raiseMinimumEvaluationNumber',
      'denyAdvisory',
      'denyPlatform',
      'denyPlatformFamily',
      'requireListing',
      'revoke',
      'revokePlatform',
      'revokeMeasurement',
    ],
    inbox: ['revokeEquivocator'],
  },
  outbox: {
    governance: ['openLane', 'raiseGeneration', 'setFees', 'setFeeSink', 'allowLanePause'],
    guardian: ['pauseLane', 'resumeLane'],
  },
  inbox: {
    governance: ['addOrigin', 'setPolicy', 'setCap', 'allowOriginPause'],
    guardian: ['pauseOrigin', 'resumeOrigin', 'voidRoot'],
  },
};

/** The selectors of each role's functions on each contract. */
export function restrictedSelectors(): { contract: RestrictedContract; role: bigint; selectors: Hex[] }[] {
  return (Object.keys(RESTRICTED) as RestrictedContract[]).flatMap((contract) =>
    Object.entries(RESTRICTED[contract]).map(([role, names]) => ({
      contract,
      role: ROLES[role as RestrictedRole],
      selectors: names.map((name) => selectorOf(ABIS[contract], name)),
    })),
  );
}

function selectorOf(abi: Abi, name: string): Hex {
  const [item, ...others] = abi.filter((entry) => entry.type === 'function' && entry.name === name);
  if (item?.type !== 'function' || others.length > 0) throw new Error(`${name} is not one function of its contract`);
  return toFunctionSelector(item);
}
