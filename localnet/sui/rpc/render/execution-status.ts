/** Execution statuses: Sui's BCS into the message that clients read. */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { EffectsV2 } from '../../ledger/effects.ts';
import type { ModuleConstant, PackageReader } from '../../ledger/packages.ts';

type Status = EffectsV2['status'];
type Failure = Extract<Status, { $kind: 'Failure' }>['Failure'];
type FailureError = Failure['error'];
type Details = GrpcTypes.ExecutionError['errorDetails'];
type Location = NonNullable<Extract<FailureError, { $kind: 'MovePrimitiveRuntimeError' }>['MovePrimitiveRuntimeError']>;

const NONE: Details = { oneofKind: undefined };

/** Failure statuses in the order of their BCS tags; the message's kinds are the tags plus one. */
const KINDS: readonly FailureError['$kind'][] = [
  'InsufficientGas',
  'InvalidGasObject',
  'InvariantViolation',
  'FeatureNotYetSupported',
  'MoveObjectTooBig',
  'MovePackageTooBig',
  'CircularObjectOwnership',
  'InsufficientCoinBalance',
  'CoinBalanceOverflow',
  'PublishErrorNonZeroAddress',
  'SuiMoveVerificationError',
  'MovePrimitiveRuntimeError',
  'MoveAbort',
  'VMVerificationOrDeserializationError',
  'VMInvariantViolation',
  'FunctionNotFound',
  'ArityMismatch',
  'TypeArityMismatch',
  'NonEntryFunctionInvoked',
  'CommandArgumentError',
  'TypeArgumentError',
  'UnusedValueWithoutDrop',
  'InvalidPublicFunctionReturnType',
  'InvalidTransferObject',
  'EffectsTooLarge',
  'PublishUpgradeMissingDependency',
  'PublishUpgradeDependencyDowngrade',
  'PackageUpgradeError',
  'WrittenObjectsTooLarge',
  'CertificateDenied',
  'SuiMoveVerificationTimedout',
  'SharedObjectOperationNotAllowed',
  'InputObjectDeleted',
  'ExecutionCancelledDueToSharedObjectCongestion',
  'AddressDeniedForCoin',
  'CoinTypeGlobalPause',
  'ExecutionCancelledDueToRandomnessUnavailable',
  'MoveVectorElemTooBig',
  'MoveRawValueTooBig',
  'InvalidLinkage',
  'InsufficientBalanceForWithdraw',
  'NonExclusiveWriteInputObjectModified',
];

/** Faults of arguments in the order of their BCS tags. */
const ARGUMENT_KINDS: readonly string[] = [
  'TypeMismatch',
  'InvalidBCSBytes',
  'InvalidUsageOfPureArg',
  'InvalidArgumentToPrivateEntryFunction',
  'IndexOutOfBounds',
  'SecondaryIndexOutOfBounds',
  'InvalidResultArity',
  'InvalidGasCoinUsage',
  'InvalidValueUsage',
  'InvalidObjectByValue',
  'InvalidObjectByMutRef',
  'SharedObjectOperationNotAllowed',
  'InvalidArgumentArity',
  'InvalidTransferObject',
  'InvalidMakeMoveVecNonObjectArgument',
  'ArgumentWithoutValue',
  'CannotMoveBorrowedValue',
  'CannotWriteToExtendedReference',
  'InvalidReferenceArgument',
  'InvalidTxContext',
];

const UPGRADE_KINDS: readonly string[] = [
  'UnableToFetchPackage',
  'NotAPackage',
  'IncompatibleUpgrade',
  'DigestDoesNotMatch',
  'UnknownUpgradePolicy',
  'PackageIDDoesNotMatch',
];

/** Renders a status; aborts of `#[error]` constants are explained from the module's constants. */
export function renderStatus(status: Status, packages: PackageReader): GrpcTypes.ExecutionStatus {
  if (status.$kind === 'Success') return { success: true };
  const { error, command } = status.Failure;
  return {
    success: false,
    error: {
      description: describe(error, command),
      ...(command === null ? {} : { command: BigInt(command) }),
      kind: KINDS.indexOf(error.$kind) + 1,
      errorDetails: details(error, packages),
    },
  };
}

function describe(error: FailureError, command: string | null): string {
  const place = command === null ? '' : ` in command ${command}`;
  switch (error.$kind) {
    case 'MoveAbort': {
      const [location, code] = error.MoveAbort;
      return `Move abort ${code} at ${locationName(location)}${place}`;
    }
    case 'MovePrimitiveRuntimeError': {
      const location = error.MovePrimitiveRuntimeError;
      return `Move primitive runtime error${location ? ` at ${locationName(location)}` : ''}${place}`;
    }
    case 'CommandArgumentError':
      return `Invalid command argument at ${error.CommandArgumentError.argIdx}: ${error.CommandArgumentError.kind.$kind}${place}`;
    case 'TypeArgumentError':
      return `Error for type argument at index ${error.TypeArgumentError.argumentIdx}: ${error.TypeArgumentError.kind.$kind}${place}`;
    default:
      return `${error.$kind}${place}`;
  }
}

function locationName({ module, functionName, function: index, instruction }: Location): string {
  return `${module.address}::${module.name}::${functionName ?? `function ${index}`} (instruction ${instruction})`;
}

function details(error: FailureError, packages: PackageReader): Details {
  switch (error.$kind) {
    case 'MoveAbort': {
      const [location, code] = error.MoveAbort;
      return { oneofKind: 'abort', abort: renderAbort(location, BigInt(code), packages) };
    }
    case 'MovePrimitiveRuntimeError': {
      const location = error.MovePrimitiveRuntimeError;
      return location ? { oneofKind: 'abort', abort: { location: renderLocation(location) } } : NONE;
    }
    case 'MoveObjectTooBig':
      return size(error.MoveObjectTooBig.objectSize, error.MoveObjectTooBig.maxObjectSize);
    case 'MovePackageTooBig':
      return size(error.MovePackageTooBig.objectSize, error.MovePackageTooBig.maxObjectSize);
    case 'EffectsTooLarge':
      return size(error.EffectsTooLarge.currentSize, error.EffectsTooLarge.maxSize);
    case 'WrittenObjectsTooLarge':
      return size(error.WrittenObjectsTooLarge.currentSize, error.WrittenObjectsTooLarge.maxSize);
    case 'MoveVectorElemTooBig':
      return size(error.MoveVectorElemTooBig.valueSize, error.MoveVectorElemTooBig.maxScaledSize);
    case 'MoveRawValueTooBig':
      return size(error.MoveRawValueTooBig.valueSize, error.MoveRawValueTooBig.maxScaledSize);
    case 'CircularObjectOwnership':
      return { oneofKind: 'objectId', objectId: error.CircularObjectOwnership.object };
    case 'NonExclusiveWriteInputObjectModified':
      return { oneofKind: 'objectId', objectId: error.NonExclusiveWriteInputObjectModified.id };
    case 'CommandArgumentError':
      return { oneofKind: 'commandArgumentError', commandArgumentError: argumentError(error.CommandArgumentError) };
    case 'TypeArgumentError': {
      const { argumentIdx, kind } = error.TypeArgumentError;
      const number = kind.$kind === 'TypeNotFound' ? 1 : 2;
      return { oneofKind: 'typeArgumentError', typeArgumentError: { typeArgument: argumentIdx, kind: number } };
    }
    case 'UnusedValueWithoutDrop': {
      const { resultIdx, secondaryIdx } = error.UnusedValueWithoutDrop;
      return { oneofKind: 'indexError', indexError: { index: resultIdx, subresult: secondaryIdx } };
    }
    case 'InvalidPublicFunctionReturnType':
      return { oneofKind: 'indexError', indexError: { index: error.InvalidPublicFunctionReturnType.idx } };
    case 'PackageUpgradeError':
      return {
        oneofKind: 'packageUpgradeError',
        packageUpgradeError: upgradeError(error.PackageUpgradeError.upgradeError),
      };
    case 'AddressDeniedForCoin':
      return { oneofKind: 'coinDenyListError', coinDenyListError: { ...error.AddressDeniedForCoin } };
    case 'CoinTypeGlobalPause':
      return { oneofKind: 'coinDenyListError', coinDenyListError: { coinType: error.CoinTypeGlobalPause.coinType } };
    case 'ExecutionCancelledDueToSharedObjectCongestion': {
      const { congested_objects: objects } = error.ExecutionCancelledDueToSharedObjectCongestion;
      return { oneofKind: 'congestedObjects', congestedObjects: { objects } };
    }
    default:
      return NONE;
  }
}

function size(found: string, max: string): Details {
  return { oneofKind: 'sizeError', sizeError: { size: BigInt(found), maxSize: BigInt(max) } };
}

function argumentError(
  error: Extract<FailureError, { $kind: 'CommandArgumentError' }>['CommandArgumentError'],
): GrpcTypes.CommandArgumentError {
  const { argIdx, kind } = error;
  const message: GrpcTypes.CommandArgumentError = { argument: argIdx, kind: ARGUMENT_KINDS.indexOf(kind.$kind) + 1 };
  if (kind.$kind === 'IndexOutOfBounds') message.indexError = { index: kind.IndexOutOfBounds.idx };
  if (kind.$kind === 'InvalidResultArity') message.indexError = { index: kind.InvalidResultArity.resultIdx };
  if (kind.$kind === 'SecondaryIndexOutOfBounds') {
    const { resultIdx, secondaryIdx } = kind.SecondaryIndexOutOfBounds;
    message.indexError = { index: resultIdx, subresult: secondaryIdx };
  }
  return message;
}

function upgradeError(
  error: Extract<FailureError, { $kind: 'PackageUpgradeError' }>['PackageUpgradeError']['upgradeError'],
): GrpcTypes.PackageUpgradeError {
  const kind = UPGRADE_KINDS.indexOf(error.$kind) + 1;
  switch (error.$kind) {
    case 'UnableToFetchPackage':
      return { kind, packageId: error.UnableToFetchPackage.packageId };
    case 'NotAPackage':
      return { kind, packageId: error.NotAPackage.objectId };
    case 'DigestDoesNotMatch':
      return { kind, digest: Buffer.from(error.DigestDoesNotMatch.digest).toString('base64') };
    case 'UnknownUpgradePolicy':
      return { kind, policy: error.UnknownUpgradePolicy.policy };
    case 'PackageIDDoesNotMatch':
      return { kind, packageId: error.PackageIDDoesNotMatch.packageId, ticketId: error.PackageIDDoesNotMatch.ticketId };
    default:
      return { kind };
  }
}

function renderLocation({ module, function: index, instruction, functionName }: Location): GrpcTypes.MoveLocation {
  return {
    package: module.address,
    module: module.name,
    function: index,
    instruction,
    ...(functionName === null ? {} : { functionName }),
  };
}

function renderAbort(location: Location, code: bigint, packages: PackageReader): GrpcTypes.MoveAbort {
  const constants = packages.module(location.module.address, location.module.name)?.constants;
  const cleverError = constants && readCleverError(code, constants);
  return { abortCode: code, location: renderLocation(location), ...(cleverError ? { cleverError } : {}) };
}

const ABSENT = 0xffff;

/**
 * Reads an abort code that the compiler made of an `#[error]` constant:
 * version (4 bits, 8 or 12), reserved (4), error code (8, version 12), line (16), name's constant (16), value's constant (16).
 */
function readCleverError(code: bigint, constants: readonly ModuleConstant[]): GrpcTypes.CleverError | undefined {
  const field = (shift: bigint, bits: bigint): number => Number((code >> shift) & ((1n << bits) - 1n));
  const version = field(60n, 4n);
  const line = field(32n, 16n);
  if ((version !== 8 && version !== 12) || line === ABSENT) return undefined;
  const errorCode = version === 12 && field(48n, 8n) !== 0xff ? { errorCode: BigInt(field(48n, 8n)) } : {};
  const header = { ...errorCode, lineNumber: BigInt(line), value: NONE } as GrpcTypes.CleverError;
  const [nameIndex, valueIndex] = [field(16n, 16n), field(0n, 16n)];
  if (nameIndex === ABSENT && valueIndex === ABSENT) return header;
  const name = constants[nameIndex];
  const value = constants[valueIndex];
  if (!name || !value || !isBytes(name.type)) return undefined;
  const constantName = utf8(name.data.subarray(1));
  if (constantName === undefined) return undefined;
  const rendered = renderConstant(value);
  return {
    ...header,
    constantName,
    value: rendered === undefined ? { oneofKind: 'raw', raw: value.data } : { oneofKind: 'rendered', rendered },
  };
}

function isBytes(type: unknown): boolean {
  return typeof type === 'object' && type !== null && 'Vector' in type && type.Vector === 'U8';
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function renderConstant({ type, data }: ModuleConstant): string | undefined {
  if (isBytes(type)) {
    let at = 0;
    while (data[at] !== undefined && data[at]! >= 0x80) at++;
    return utf8(data.subarray(at + 1));
  }
  if (type === 'Bool') return data[0] === 1 ? 'true' : 'false';
  if (type === 'Address') return `0x${Buffer.from(data).toString('hex')}`;
  if (typeof type === 'string' && /^U\d+$/.test(type)) {
    return data.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n).toString();
  }
  return undefined;
}
