/** One deployment for all files of this folder, with real DCAP evidence. Every test begins with the same state. */
import { encodeFunctionData, type Hex } from 'viem';
import { createAttestedWorld } from '../harness/attested.ts';
import type { Contract } from '../harness/chain.ts';
import { bytes } from '../harness/fixtures.ts';
import { nonceOf, recipientOf, type Enclave, type Run } from '../harness/world.ts';

export type Deployment = Awaited<ReturnType<typeof deploy>>;

let started: Promise<Deployment> | undefined;

async function deploy() {
  // The vendor's clock is the chain's, which tests move.
  const time = { seconds: Math.floor(Date.now() / 1000) - 3_600 };
  const world = await createAttestedWorld({ clock: () => time.seconds });
  const enclaves = await world.registerMany(5);
  const recipient = await world.chain.deploy('EmittingRecipient', [world.inbox.address]);
  const unruly = await world.chain.deploy('UnrulyRecipient');

  /** A run of messages from a sequence on. */
  const runTo = (to: { address: Hex } = recipient, first = 0, count = 1): Promise<Run> =>
    world.runOf(
      Array.from({ length: count }, (_, i) =>
        world.message({ nonce: nonceOf(first + i), recipient: recipientOf(to), body: bytes(`body ${first + i}`, 64) }),
      ),
    );
  /** Arguments of `deliver`, with the signatures of three enclaves or of whom the test names. */
  const deliverArgs = async (run: Run, signers: readonly Enclave[] = enclaves.slice(0, 3)) => [
    run.statement,
    await world.signed(run.digest, signers),
    run.messages,
  ];
  /** The honest call, which an attack must leave possible. */
  const deliver = async (run: Run, signers?: readonly Enclave[]) =>
    world.inbox.send('deliver', await deliverArgs(run, signers), { from: world.anyone });
  /** What an operator asks to have registered on the evidence of a quote, and as whom. */
  const attest = async (name: string, options: Parameters<typeof world.applicationOf>[4] = {}) => {
    const [operator] = world.operators as [Hex, ...Hex[]];
    const { candidate, evidence } = await world.applicationOf('tdx4', name, false, operator, options);
    return [[candidate, evidence], { from: operator }] as const;
  };

  return { ...world, time, enclaves, recipient, unruly, runTo, deliverArgs, deliver, attest };
}

let clean: { id: Hex; seconds: number } | undefined;

/** The deployment, filled in before the first test of a suite. Each test finds it as it was at first. */
export function useDeployment(): Deployment {
  const deployment = {} as Deployment;
  before(async () => {
    started ??= deploy();
    Object.assign(deployment, await started);
  });
  beforeEach(async () => {
    const { testClient } = deployment.chain;
    if (clean) {
      await testClient.revert({ id: clean.id });
      deployment.time.seconds = clean.seconds;
    }
    clean = { id: await testClient.snapshot(), seconds: deployment.time.seconds };
  });
  return deployment;
}

/** The calldata of a function, for a call through the manager. */
export const callOf = (contract: Contract, functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: contract.abi, functionName, args });
