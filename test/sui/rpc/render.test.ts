/** Execution statuses and system transactions as clients read them. */
import assert from 'node:assert/strict';
import { bcs } from '@mysten/sui/bcs';
import type { Keypair } from '@mysten/sui/cryptography';
import { GrpcTypes, parseGrpcTransactionResponse } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Secp256k1Keypair } from '@mysten/sui/keypairs/secp256k1';
import { Secp256r1Keypair } from '@mysten/sui/keypairs/secp256r1';
import { MultiSigPublicKey } from '@mysten/sui/multisig';
import { fromBase64 } from '@mysten/sui/utils';
import { readEffects } from '../../../localnet/sui/ledger/effects.ts';
import type { ExecutionStatus } from '../../../localnet/sui/ledger/outcome.ts';
import { PackageReader } from '../../../localnet/sui/ledger/packages.ts';
import { shortAddress } from '../../../localnet/sui/ledger/types.ts';
import { FieldMask } from '../../../localnet/sui/rpc/field-mask.ts';
import { renderExecuted } from '../../../localnet/sui/rpc/render/executed.ts';
import { renderStatus } from '../../../localnet/sui/rpc/render/execution-status.ts';
import { renderSignature } from '../../../localnet/sui/rpc/render/signature.ts';
import { renderTransaction } from '../../../localnet/sui/rpc/render/transaction.ts';
import { ledgerWith, outcome } from '../ledger/specimens.ts';
import { COUNTER, COUNTER_ID, FRAMEWORK } from './fixture-package.ts';

type Failure = Extract<ExecutionStatus, { Failure: unknown }>['Failure']['error'];

const ledger = ledgerWith([FRAMEWORK, COUNTER]);
const packages = new PackageReader((id) => ledger.live(id));

/** Sends a failure through effects BCS, the message, and the stock client's reading of it. */
function through(error: Failure, command: bigint | null = 3n) {
  const committed = ledger.commit(ledger.prepare(outcome({ status: { Failure: { error, command } } })));
  ledger.seal();
  const message = renderExecuted(committed, FieldMask.everything(), { ledger, packages });
  const status = renderStatus(readEffects(committed.effects).status, packages);
  const parsed = parseGrpcTransactionResponse(
    GrpcTypes.ExecutedTransaction.fromBinary(
      GrpcTypes.ExecutedTransaction.toBinary(GrpcTypes.ExecutedTransaction.create(message)),
    ),
    { include: { effects: true } },
  );
  return { error: status.error!, read: parsed.FailedTransaction!.effects!.status.error! };
}

const location = (module = 'counter') => ({
  module: { address: COUNTER_ID, name: module },
  function: 2,
  instruction: 17,
  functionName: 'bump',
});

describe('execution statuses', () => {
  it('tell aborts with module, function and code', () => {
    const { error, read } = through({ MoveAbort: [location(), 7n] });
    assert.equal(error.kind, GrpcTypes.ExecutionError_ExecutionErrorKind.MOVE_ABORT);
    assert.equal(error.command, 3n);
    assert.equal(read.$kind, 'MoveAbort');
    const { abortCode, location: place, cleverError } = read.MoveAbort!;
    assert.deepEqual(
      [abortCode, place!.package, place!.module, place!.functionName, place!.instruction],
      ['7', COUNTER_ID, 'counter', 'bump', 17],
    );
    assert.equal(cleverError, undefined);
  });

  // version | reserved | code | line | name's constant | value's constant, as the compiler packs them.
  const clever = (version: number, code: number, line: number, name: number, value: number): bigint =>
    (BigInt(version) << 60n) | (BigInt(code) << 48n) | (BigInt(line) << 32n) | (BigInt(name) << 16n) | BigInt(value);

  it('explain aborts with #[error] constants', () => {
    const text = through({ MoveAbort: [location(), clever(8, 0, 33, 0, 1)] }).read.MoveAbort!.cleverError!;
    assert.deepEqual(
      [text.constantName, text.value, text.lineNumber, text.errorCode],
      ['ETooBig', 'over the top', 33, undefined],
    );
    const number = through({ MoveAbort: [location(), clever(12, 9, 5, 0, 2)] }).read.MoveAbort!.cleverError!;
    assert.deepEqual([number.constantName, number.value, number.lineNumber, number.errorCode], ['ETooBig', '42', 5, 9]);
    const line = through({ MoveAbort: [location(), clever(12, 0xff, 5, 0xffff, 0xffff)] }).read.MoveAbort!.cleverError!;
    assert.deepEqual([line.constantName, line.lineNumber, line.errorCode], [undefined, 5, undefined]);
  });

  it('do not explain what only looks like such a constant', () => {
    for (const [code, module] of [
      [clever(8, 0, 33, 2, 1), 'counter'],
      [clever(8, 0, 33, 9, 1), 'counter'],
      [clever(8, 0, 33, 0xffff, 1), 'counter'],
      [clever(8, 0, 0xffff, 0, 1), 'counter'],
      [clever(9, 0, 33, 0, 1), 'counter'],
      [clever(8, 0, 33, 0, 1), 'nothing'],
    ] as const) {
      assert.equal(through({ MoveAbort: [location(module), code] }).read.MoveAbort!.cleverError, undefined);
    }
  });

  it('have the kind of their name for every failure there is', () => {
    const A = shortAddress(0xa);
    const sizes = { objectSize: 5n, maxObjectSize: 4n };
    const totals = { currentSize: 5n, maxSize: 4n };
    const scaled = { valueSize: 5n, maxScaledSize: 4n };
    const cases: [Failure, string][] = [
      [{ InsufficientGas: true }, 'INSUFFICIENT_GAS'],
      [{ InvalidGasObject: true }, 'INVALID_GAS_OBJECT'],
      [{ InvariantViolation: true }, 'INVARIANT_VIOLATION'],
      [{ FeatureNotYetSupported: true }, 'FEATURE_NOT_YET_SUPPORTED'],
      [{ MoveObjectTooBig: sizes }, 'OBJECT_TOO_BIG'],
      [{ MovePackageTooBig: sizes }, 'PACKAGE_TOO_BIG'],
      [{ CircularObjectOwnership: { object: A } }, 'CIRCULAR_OBJECT_OWNERSHIP'],
      [{ InsufficientCoinBalance: true }, 'INSUFFICIENT_COIN_BALANCE'],
      [{ CoinBalanceOverflow: true }, 'COIN_BALANCE_OVERFLOW'],
      [{ PublishErrorNonZeroAddress: true }, 'PUBLISH_ERROR_NON_ZERO_ADDRESS'],
      [{ SuiMoveVerificationError: true }, 'SUI_MOVE_VERIFICATION_ERROR'],
      [{ MovePrimitiveRuntimeError: location() }, 'MOVE_PRIMITIVE_RUNTIME_ERROR'],
      [{ MovePrimitiveRuntimeError: null }, 'MOVE_PRIMITIVE_RUNTIME_ERROR'],
      [{ VMVerificationOrDeserializationError: true }, 'VM_VERIFICATION_OR_DESERIALIZATION_ERROR'],
      [{ VMInvariantViolation: true }, 'VM_INVARIANT_VIOLATION'],
      [{ FunctionNotFound: true }, 'FUNCTION_NOT_FOUND'],
      [{ ArityMismatch: true }, 'ARITY_MISMATCH'],
      [{ TypeArityMismatch: true }, 'TYPE_ARITY_MISMATCH'],
      [{ NonEntryFunctionInvoked: true }, 'NON_ENTRY_FUNCTION_INVOKED'],
      [{ CommandArgumentError: { argIdx: 1, kind: { TypeMismatch: true } } }, 'COMMAND_ARGUMENT_ERROR'],
      [{ TypeArgumentError: { argumentIdx: 1, kind: { ConstraintNotSatisfied: true } } }, 'TYPE_ARGUMENT_ERROR'],
      [{ UnusedValueWithoutDrop: { resultIdx: 1, secondaryIdx: 2 } }, 'UNUSED_VALUE_WITHOUT_DROP'],
      [{ InvalidPublicFunctionReturnType: { idx: 1 } }, 'INVALID_PUBLIC_FUNCTION_RETURN_TYPE'],
      [{ InvalidTransferObject: true }, 'INVALID_TRANSFER_OBJECT'],
      [{ EffectsTooLarge: totals }, 'EFFECTS_TOO_LARGE'],
      [{ PublishUpgradeMissingDependency: true }, 'PUBLISH_UPGRADE_MISSING_DEPENDENCY'],
      [{ PublishUpgradeDependencyDowngrade: true }, 'PUBLISH_UPGRADE_DEPENDENCY_DOWNGRADE'],
      [{ PackageUpgradeError: { upgradeError: { NotAPackage: { objectId: A } } } }, 'PACKAGE_UPGRADE_ERROR'],
      [{ WrittenObjectsTooLarge: totals }, 'WRITTEN_OBJECTS_TOO_LARGE'],
      [{ CertificateDenied: true }, 'CERTIFICATE_DENIED'],
      [{ SuiMoveVerificationTimedout: true }, 'SUI_MOVE_VERIFICATION_TIMEDOUT'],
      [{ SharedObjectOperationNotAllowed: true }, 'CONSENSUS_OBJECT_OPERATION_NOT_ALLOWED'],
      [{ InputObjectDeleted: true }, 'INPUT_OBJECT_DELETED'],
      [
        { ExecutionCancelledDueToSharedObjectCongestion: { congested_objects: [A] } },
        'EXECUTION_CANCELED_DUE_TO_CONSENSUS_OBJECT_CONGESTION',
      ],
      [{ AddressDeniedForCoin: { address: A, coinType: 'x' } }, 'ADDRESS_DENIED_FOR_COIN'],
      [{ CoinTypeGlobalPause: { coinType: 'x' } }, 'COIN_TYPE_GLOBAL_PAUSE'],
      [{ ExecutionCancelledDueToRandomnessUnavailable: true }, 'EXECUTION_CANCELED_DUE_TO_RANDOMNESS_UNAVAILABLE'],
      [{ MoveVectorElemTooBig: scaled }, 'MOVE_VECTOR_ELEM_TOO_BIG'],
      [{ MoveRawValueTooBig: scaled }, 'MOVE_RAW_VALUE_TOO_BIG'],
      [{ InvalidLinkage: true }, 'INVALID_LINKAGE'],
      [{ InsufficientBalanceForWithdraw: true }, 'INSUFFICIENT_FUNDS_FOR_WITHDRAW'],
      [{ NonExclusiveWriteInputObjectModified: { id: A } }, 'NON_EXCLUSIVE_WRITE_INPUT_OBJECT_MODIFIED'],
    ];
    const { ExecutionError_ExecutionErrorKind: Kind } = GrpcTypes;
    for (const [failure, name] of cases) {
      const { error, read } = through(failure, null);
      assert.equal(Kind[error.kind!], name);
      assert.equal(error.command, undefined);
      assert.ok(read.message.length > 0);
    }
    const covered = new Set(cases.map(([, name]) => name));
    const all = Object.keys(Kind).filter(
      (name) => Number.isNaN(Number(name)) && name !== 'EXECUTION_ERROR_KIND_UNKNOWN',
    );
    assert.deepEqual(
      all.filter((name) => !covered.has(name)),
      ['MOVE_ABORT'],
    );
  });

  it('carry the details that the client looks for', () => {
    const argument = through({
      CommandArgumentError: { argIdx: 4, kind: { SecondaryIndexOutOfBounds: { resultIdx: 1, secondaryIdx: 2 } } },
    });
    assert.deepEqual(argument.error.errorDetails, {
      oneofKind: 'commandArgumentError',
      commandArgumentError: {
        argument: 4,
        kind: GrpcTypes.CommandArgumentError_CommandArgumentErrorKind.SECONDARY_INDEX_OUT_OF_BOUNDS,
        indexError: { index: 1, subresult: 2 },
      },
    });
    const { CommandArgumentError_CommandArgumentErrorKind: ArgumentKind } = GrpcTypes;
    const kindOf = (
      kind: Extract<Failure, { CommandArgumentError: unknown }>['CommandArgumentError']['kind'],
    ): string => {
      const { errorDetails } = through({ CommandArgumentError: { argIdx: 0, kind } }).error;
      assert.ok(errorDetails.oneofKind === 'commandArgumentError');
      return ArgumentKind[errorDetails.commandArgumentError.kind!];
    };
    assert.equal(kindOf({ TypeMismatch: true }), 'TYPE_MISMATCH');
    assert.equal(kindOf({ InvalidUsageOfPureArg: true }), 'INVALID_USAGE_OF_PURE_ARGUMENT');
    assert.equal(kindOf({ InvalidGasCoinUsage: true }), 'INVALID_GAS_COIN_USAGE');
    assert.equal(kindOf({ SharedObjectOperationNotAllowed: true }), 'CONSENSUS_OBJECT_OPERATION_NOT_ALLOWED');
    assert.equal(kindOf({ InvalidTxContext: true }), 'INVALID_TX_CONTEXT');
    const size = through({ MoveObjectTooBig: { objectSize: 9n, maxObjectSize: 8n } });
    assert.deepEqual(size.read.SizeError && [size.read.SizeError.size, size.read.SizeError.maxSize], [9, 8]);
    const upgrade = through({ PackageUpgradeError: { upgradeError: { UnknownUpgradePolicy: { policy: 200 } } } });
    assert.deepEqual(upgrade.error.errorDetails, {
      oneofKind: 'packageUpgradeError',
      packageUpgradeError: { kind: 5, policy: 200 },
    });
    const type = through({ TypeArgumentError: { argumentIdx: 2, kind: { TypeNotFound: true } } });
    assert.equal(type.read.TypeArgumentError!.typeArgument, 2);
    const unused = through({ UnusedValueWithoutDrop: { resultIdx: 6, secondaryIdx: 7 } });
    assert.deepEqual(unused.read.IndexError, { index: 6, subresult: 7 });
  });
});

describe('user signatures', () => {
  const keypairs = [new Ed25519Keypair(), new Secp256k1Keypair(), new Secp256r1Keypair()];
  const sign = async (keypair: Keypair) => (await keypair.signTransaction(Uint8Array.of(1))).signature;

  it('are taken apart by scheme', async () => {
    for (const [flag, keypair] of keypairs.entries()) {
      const bytes = fromBase64(await sign(keypair));
      const { scheme, signature, bcs: raw } = renderSignature(bytes, FieldMask.everything());
      assert.equal(scheme, flag);
      assert.deepEqual(raw!.value, bytes);
      assert.ok(signature.oneofKind === 'simple');
      assert.deepEqual(Uint8Array.from(signature.simple.publicKey!), keypair.getPublicKey().toRawBytes());
      assert.equal(signature.simple.signature!.length, 64);
    }
  });

  it('of a multisig show committee and members', async () => {
    const committee = MultiSigPublicKey.fromPublicKeys({
      threshold: 2,
      publicKeys: keypairs.map((keypair, index) => ({ publicKey: keypair.getPublicKey(), weight: index + 1 })),
    });
    const combined = fromBase64(committee.combinePartialSignatures([await sign(keypairs[1]!)]));
    const { scheme, signature } = renderSignature(combined, FieldMask.everything());
    assert.equal(scheme, GrpcTypes.SignatureScheme.MULTISIG);
    assert.ok(signature.oneofKind === 'multisig');
    const { bitmap, signatures, committee: shown } = signature.multisig;
    assert.equal(bitmap, 2);
    assert.equal(signatures[0]!.scheme, GrpcTypes.SignatureScheme.SECP256K1);
    assert.deepEqual(
      shown!.members.map(({ weight, publicKey }) => [weight, publicKey!.scheme]),
      [
        [1, 0],
        [2, 1],
        [3, 2],
      ],
    );
    assert.equal(shown!.threshold, 2);
  });

  it('show what the mask selects', () => {
    const only = renderSignature(new Uint8Array(97), FieldMask.of('scheme'));
    assert.deepEqual([only.scheme, only.bcs, only.signature.oneofKind], [0, undefined, undefined]);
  });
});

describe('system transactions', () => {
  const kindOf = (bytes: Uint8Array) => renderTransaction(bytes, 'digest', FieldMask.of('kind')).kind!;

  it('of the clock carry the commit', () => {
    const own = ledgerWith();
    const { transactions } = own.advanceClock(1234n);
    const { kind, data } = kindOf(transactions[0]!.transaction);
    assert.equal(kind, GrpcTypes.TransactionKind_Kind.CONSENSUS_COMMIT_PROLOGUE_V4);
    assert.ok(data.oneofKind === 'consensusCommitPrologue');
    assert.deepEqual(data.consensusCommitPrologue.commitTimestamp, { seconds: 1_700_000_001n, nanos: 234_000_000 });
    assert.equal(data.consensusCommitPrologue.round, 1n);
  });

  it("of an epoch's end name the next epoch", () => {
    const own = ledgerWith();
    const { transactions } = own.advanceEpoch({ protocolVersion: 106n });
    const { kind, data } = kindOf(transactions[0]!.transaction);
    assert.equal(kind, GrpcTypes.TransactionKind_Kind.END_OF_EPOCH);
    assert.ok(data.oneofKind === 'endOfEpoch');
    const [step] = data.endOfEpoch.transactions;
    assert.ok(step!.data.oneofKind === 'changeEpoch');
    assert.deepEqual([step!.data.changeEpoch.epoch, step!.data.changeEpoch.protocolVersion], [1n, 106n]);
    const all = renderTransaction(transactions[0]!.transaction, transactions[0]!.digest, FieldMask.everything());
    assert.deepEqual([all.sender, all.digest], [shortAddress(0), transactions[0]!.digest]);
    assert.equal(bcs.TransactionData.parse(transactions[0]!.transaction).V1.gasData.price, '1');
  });
});
