/** Publishes the Move packages, each immutable from the transaction on that publishes it. */
import path from 'node:path';
import { buildPackage, type BuiltPackage } from '../../../localnet/sui/build/builder.ts';
import { corridorCalls } from '../../../prover/bindings/sui/corridor.ts';
import { dcapCalls } from '../../../prover/bindings/sui/dcap.ts';
import { dcapEvidenceCalls } from '../../../prover/bindings/sui/dcap-evidence.ts';
import { toHex } from '../../../prover/protocol/bytes.ts';
import { demand } from '../errors.ts';
import { changed, execute, type Executed, type SuiContext } from './context.ts';

const CONTRACTS = path.resolve(import.meta.dirname, '../../../contracts-move');
const NAMES = { corridor: 'corridor', dcap: 'dcap', dcapEvidence: 'dcap_evidence' } as const;

export interface PublishedPackage {
  id: string;
  /** Sui's package digest, as `sui move build` gives it */
  digest: string;
}

/** What publishing made; nothing of it counts until the set-up is over. */
export interface Published {
  packages: Record<keyof typeof NAMES, PublishedPackage>;
  objects: Record<'authority' | 'registry' | 'outbox' | 'inbox', string>;
  caps: Record<'governance' | 'guardian' | 'setup', string>;
}

/** Typed builders for the published packages. */
export function callsOf({ packages }: Pick<Published, 'packages'>) {
  return {
    corridor: corridorCalls(packages.corridor.id),
    dcap: dcapCalls(packages.dcap.id),
    dcapEvidence: dcapEvidenceCalls(packages.dcapEvidence.id),
  };
}

/** The packages as compiled; those that depend on others once the ids of these are known. */
export function compile(
  name: keyof typeof NAMES,
  packages: Partial<Published['packages']> = {},
): Promise<BuiltPackage> {
  const published = Object.fromEntries(
    Object.entries(packages).map(([other, { id }]) => [NAMES[other as keyof typeof NAMES], { publishedAt: id }]),
  );
  return buildPackage(path.join(CONTRACTS, NAMES[name]), { published });
}

/** @throws DeployError */
export async function publishSui(context: SuiContext): Promise<Published> {
  const corridor = await publish(context, await compile('corridor'));
  const dcap = await publish(context, await compile('dcap'));
  const packages = { corridor: corridor.published, dcap: dcap.published };
  const { published: dcapEvidence } = await publish(context, await compile('dcapEvidence', packages));
  const of = (type: string): string => changed(corridor.executed, `${corridor.published.id}::${type}`);
  return {
    packages: { ...packages, dcapEvidence },
    objects: {
      authority: of('authority::Authority'),
      registry: of('registry::Registry'),
      outbox: of('outbox::Outbox'),
      inbox: of('inbox::Inbox'),
    },
    caps: {
      governance: of('authority::GovernanceCap'),
      guardian: of('authority::GuardianCap'),
      setup: of('authority::SetupCap'),
    },
  };
}

async function publish(
  context: SuiContext,
  { name, modules, dependencies, digest }: BuiltPackage,
): Promise<{ published: PublishedPackage; executed: Executed }> {
  const executed = await execute(context, `publishing ${name}`, (tx) => {
    const cap = tx.publish({ modules: modules.map((module) => [...module]), dependencies });
    // The capability to upgrade ends where it begins.
    tx.moveCall({ target: '0x2::package::make_immutable', arguments: [cap] });
  });
  const { packageId, types } = executed;
  demand(packageId, `publishing ${name} wrote no package`);
  demand(![...types.values()].some((type) => type.endsWith('::package::UpgradeCap')), `${name} can be upgraded`);
  return { published: { id: packageId, digest: toHex(digest) }, executed };
}
