/** The set-up of a published deployment, to its end. */
import { RegistryOperatorCap } from '../../../prover/bindings/sui/corridor.ts';
import { concat, toHex } from '../../../prover/protocol/bytes.ts';
import { INTEL_ROOT_FINGERPRINT } from '../../../prover/protocol/dcap/index.ts';
import { changed, execute, readChain, type SuiContext } from './context.ts';
import { checkConfig, type SuiDeployConfig } from './config.ts';
import { Governance } from './governance.ts';
import { callsOf, type Published } from './publish.ts';

/** The number of the first verifier that is admitted. */
export const FIRST_VERIFIER = 1;

/** What the set-up made beyond what it configured. */
export interface SetUp {
  collateralStore: string;
  operators: { cap: string; owner: string }[];
}

/**
 * Declares the chain, configures and ends the set-up, in one transaction; then hands the capabilities over.
 * @throws DeployError, also for inconsistent input
 */
export async function setUpSui(context: SuiContext, published: Published, config: SuiDeployConfig): Promise<SetUp> {
  const { chain, identifier } = await readChain(context.client);
  const deployer = context.signer.toSuiAddress();
  checkConfig(config, chain, deployer);
  const { corridor, dcap } = callsOf(published);
  const { objects, caps, packages } = published;
  const rootAddress = config.root === 'intel' ? undefined : toHex(config.root);

  const made = await execute(context, 'making the collateral store', (tx) => {
    const self = dcap.collateral.new(tx, { rootFingerprint: rootAddress ?? INTEL_ROOT_FINGERPRINT });
    dcap.collateral.share(tx, { self });
  });
  const collateralStore = changed(made, `${packages.dcap.id}::collateral::CollateralStore`);

  const operators: SetUp['operators'] = [];
  for (const owner of config.operators) {
    const made = await execute(context, `making the operator of ${owner}`, (tx) => {
      tx.transferObjects([corridor.registry.newOperator(tx)], owner);
    });
    operators.push({ cap: changed(made, `${packages.corridor.id}::${RegistryOperatorCap.name}`), owner });
  }

  await execute(context, 'the set-up', (tx) => {
    const { isLocalnet } = config;
    corridor.authority.declare(tx, {
      self: objects.authority,
      setupCap: caps.setup,
      chainIdentifier: identifier,
      isLocalnet,
    });
    const governance = new Governance(tx, corridor, objects, caps.governance);
    const { dcapEvidence } = callsOf(published).dcapEvidence;
    const store = { store: collateralStore };
    governance.admitVerifier(rootAddress ? dcapEvidence.simulated(tx, store) : dcapEvidence.intel(tx, store));
    for (const { cap } of operators) governance.admitOperator(cap);
    for (const status of config.acceptedTcbStatuses) governance.acceptStatus(status);
    if (config.minimumEvaluationNumber > 0) governance.raiseMinimum(config.minimumEvaluationNumber);
    if (config.revocationKey) governance.setRevocationKey(concat(new Uint8Array(12), config.revocationKey));
    for (const entry of config.entries ?? []) governance.addEntry({ ...entry, verifier: FIRST_VERIFIER });
    governance.setSink(config.feeSink);
    for (const lane of config.lanes) governance.openLane(lane);
    for (const origin of config.origins) governance.addOrigin(origin);
    corridor.setup.finish(tx, { ...objects, cap: caps.setup });
    for (const [cap, owner = deployer] of [
      [caps.governance, config.governance],
      [caps.guardian, config.guardian],
    ] as const) {
      if (owner !== deployer) tx.transferObjects([cap], owner);
    }
  });
  return { collateralStore, operators };
}
