/** Gas of the protocol libraries, measured call by call inside contracts-evm/test/harness/GasHarness.sol. */
import { keccak256, type Hex } from 'viem';
import * as fixtures from '../../../contracts-evm/test/harness/fixtures.ts';
import type { Figures, Network } from './figures.ts';

/**
 * Figures named `X_64` take a body of 64 bytes, `root_32` 32 leaves, `merkle_verify_8` a proof of eight siblings,
 * `recover_set_3` three signatures. `reference_X` is the same work in the plain language, without assembly.
 */
export async function protocolFigures(network: Network): Promise<Figures> {
  const inbox = await meter(network, 'InboxGas');
  const outbox = await meter(network, 'OutboxGas');
  const registry = await meter(network, 'RegistryGas');
  const reference = await meter(network, 'ReferenceGas');

  const { EVM_CHAIN, bytes32, evmAddress } = fixtures;
  const fields = fixtures.messageFields();
  const outboxAddress = evmAddress('outbox');
  const message = fixtures.encodeMessage(fields);
  const id = fixtures.messageId(EVM_CHAIN, outboxAddress, message);
  const { body, version: _, ...header } = fields;
  const encoding = [{ ...header, originOutbox: outboxAddress }, body];
  const log = [id, fields.destinationChain, message];

  const leaves = Array.from({ length: 256 }, (_, i) => bytes32(`leaf ${i}`));
  // Alternating sides on the way up.
  const index = 0b10101010;
  const merkle = [fixtures.root(leaves), leaves[index], index, leaves.length, fixtures.proof(leaves, index)];
  const leaves32 = leaves.slice(0, 32);

  const statement = fixtures.encodeStatement();
  const digest = keccak256(statement);
  const keys = fixtures.signers(['first signer', 'second signer', 'third signer']).map(({ key }) => key);
  const set = await fixtures.signSet(digest, keys);
  const registration = fixtures.registrationFields();
  const reportData: Hex = `${fixtures.registrationHash(registration)}${'00'.repeat(32)}`;

  return {
    decode_hash_64: await inbox('decodeHash', [outboxAddress, message]),
    reference_decode_hash_64: await reference('decodeHash', [outboxAddress, message]),
    encode_64: await outbox('encode', encoding),
    reference_encode_64: await reference('encode', encoding),
    emit_64: await outbox('emitLog', log),
    plain_leaf: await inbox('plainLeaf', [fields.nonce, id]),
    reference_plain_leaf: await reference('plainLeaf', [fields.nonce, id]),
    root_32: await inbox('root', [leaves32]),
    reference_root_32: await reference('root', [leaves32]),
    merkle_verify_8: await inbox('merkleVerify', merkle),
    reference_merkle_verify_8: await reference('merkleVerify', merkle),
    statement_decode_digest: await inbox('statementDecodeDigest', [statement]),
    recover_1: await registry('recover', [digest, await fixtures.signDigest(digest, keys[0]!)]),
    recover_set_3: await inbox('recoverCursor', [digest, set]),
    recover_set_array_3: await registry('recoverSet', [digest, set]),
    registration_check: await registry('registrationCheck', [registration, reportData]),
    revocation_decode: await registry('revocationDecode', [fixtures.encodeRevocation(1, evmAddress('signer'))]),
  };
}

/** Deploys a harness; the function given back is the gas of one of its measurements, less what measuring costs. */
async function meter(network: Network, contract: string) {
  const harness = await network.viem.deployContract(contract);
  const measure = async (functionName: string, args: readonly unknown[]): Promise<number> => {
    const { result } = (await harness.simulate[functionName]!(args)) as { result: bigint };
    return Number(result);
  };
  const barrier = await measure('barrier', []);
  return async (functionName: string, args: readonly unknown[]) => (await measure(functionName, args)) - barrier;
}
