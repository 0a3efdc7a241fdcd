/** Replay across domains: the same signatures for another inbox, chain, lane, version or kind of message. */
import { fromHex, signDigest, statementDigest, encodeRevocation } from '../../../prover/protocol/index.ts';
import { corridorCalls } from '../../../prover/bindings/sui/corridor.ts';
import { Network, REVOCATION_KEY } from '../../contracts/sui/network.ts';
import { deliverOne, freshRun, network, secondDeployment } from './network.ts';

describe('security on Sui: signatures in another domain', function () {
  this.timeout(180_000);
  let net: Network;
  before(async () => void (net = await network()));

  it('a statement for the inbox of another deployment is for nobody else', async () => {
    const other = await secondDeployment();
    const run = await freshRun();
    const elsewhere = net.run(run.messages, { destinationInbox: fromHex(other.objects.inbox) });
    await net.refuses('WrongDestination', deliverOne(net, elsewhere));
    await net.ok(deliverOne(net, run));
  });

  it('a statement is accepted by its own deployment, where the same keys are strangers', async () => {
    const other = await secondDeployment();
    const run = await freshRun();
    const elsewhere = net.run(run.messages, { destinationInbox: fromHex(other.objects.inbox) });
    const { inbox } = corridorCalls(other.packages.corridor.id);
    const build = (statement: Uint8Array, signatures: Uint8Array): Parameters<Network['rule']>[0] => {
      return (tx) =>
        void inbox.accept(tx, { self: other.objects.inbox, registry: other.objects.registry, statement, signatures });
    };
    const failure = await net.rule(build(elsewhere.encoded, net.sign(elsewhere)));
    // `policy::EQuorumNotReached` of the other package.
    if (!failure?.endsWith('::policy 2')) throw new Error(failure ?? 'accepted');
  });

  it('a signature over one statement is none over another', async () => {
    const [run, second] = [await freshRun(), await freshRun()];
    // It recovers to a stranger; one alone is always in order.
    await net.refuses('QuorumNotReached', deliverOne(net, run, net.sign(second).slice(0, 65)));
    await net.ok(deliverOne(net, run));
  });

  it('a signed statement is no signed revocation', async () => {
    const run = await freshRun();
    const { registry } = net.calls.corridor;
    const self = net.objects.registry;
    const signature = signDigest(statementDigest(run.encoded), REVOCATION_KEY);
    await net.refuses('InvalidRevocationLength', (tx) =>
      registry.submitRevocation(tx, { self, revocation: run.encoded, signature }),
    );
    const revocation = encodeRevocation({ kind: 1, target: fromHex(`0x${'0'.repeat(24)}${'d'.repeat(40)}`) });
    await net.refuses('NotTheRevocationKey', (tx) => registry.submitRevocation(tx, { self, revocation, signature }));
    await net.refuses('InvalidStatementLength', (tx) =>
      net.calls.corridor.inbox.accept(tx, {
        self: net.objects.inbox,
        registry: self,
        statement: revocation,
        signatures: net.sign(run),
      }),
    );
  });

  it('a message of another generation is for another inbox', async () => {
    const run = net.run([net.message(0, { nonce: 2n << 48n })]);
    await net.refuses('WrongGeneration', deliverOne(net, run));
  });
});
