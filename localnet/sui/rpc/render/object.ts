/** Objects and packages as the messages that clients read. */
import { deserialize } from '@mysten/move-bytecode-template';
import { GrpcTypes } from '@mysten/sui/grpc';
import { coinBalance, encodeObject, type ObjectRecord, type PackageRecord } from '../../ledger/objects.ts';
import type {
  Ability,
  DatatypeDescriptor,
  FieldDescriptor,
  FunctionDescriptor,
  ModuleDescriptor,
  PackageReader,
  Primitive,
  Signature,
  SignatureBody,
  TypeParameter,
} from '../../ledger/packages.ts';
import { normalizeAddress } from '../../ledger/types.ts';
import { project, type FieldMask } from '../field-mask.ts';
import { renderJson } from '../json.ts';
import { bcsMessage, renderOwner } from './common.ts';

/** Type of an object as clients see it: `package` or a canonical struct type. */
export function objectType(object: ObjectRecord): string {
  return object.kind === 'package' ? 'package' : object.type;
}

/** Renders an object. Without a reader of packages, `json` stays empty. */
export function renderObject(
  object: ObjectRecord,
  mask: FieldMask,
  packages: PackageReader | undefined,
): GrpcTypes.Object {
  const move = object.kind === 'move' ? object : undefined;
  return project<GrpcTypes.Object>(mask, {
    bcs: () => bcsMessage('Object', encodeObject(object)),
    objectId: () => object.id,
    version: () => object.version,
    digest: () => object.digest,
    owner: () => renderOwner(object.owner),
    objectType: () => objectType(object),
    hasPublicTransfer: () => move?.hasPublicTransfer,
    contents: () => move && bcsMessage(move.type, move.contents),
    package: (sub) => (object.kind === 'package' ? renderPackage(object, sub) : undefined),
    previousTransaction: () => object.previousTransaction,
    storageRebate: () => object.storageRebate,
    json: () => (move && packages ? renderJson(packages, move.type, move.contents) : undefined),
    balance: () => coinBalance(object),
  });
}

/** Renders a package as stored, without descriptors of what its modules declare. */
export function renderPackage(record: PackageRecord, mask: FieldMask): GrpcTypes.Package {
  const { modules, typeOrigins, linkage } = record.package;
  return project<GrpcTypes.Package>(mask, {
    storageId: () => record.id,
    originalId: () => originalId(record),
    version: () => record.version,
    modules: () => [...modules].map(([name, contents]) => ({ name, contents, datatypes: [], functions: [] })),
    typeOrigins: () =>
      typeOrigins.map(({ moduleName, datatypeName, package: packageId }) => ({ moduleName, datatypeName, packageId })),
    linkage: () =>
      [...linkage].map(([id, { upgradedId, upgradedVersion }]) => ({ originalId: id, upgradedId, upgradedVersion })),
  });
}

/** The id under which a package's modules know themselves: that of its first version. */
export function originalId(record: PackageRecord): string {
  const code = record.package.modules.values().next().value;
  if (!code) return record.id;
  const raw = deserialize(code) as {
    self_module_handle_idx: number;
    module_handles: { address: number }[];
    address_identifiers: string[];
  };
  return normalizeAddress(raw.address_identifiers[raw.module_handles[raw.self_module_handle_idx]!.address]!);
}

/** Renders what a module declares. */
export function renderModule(packageId: string, module: ModuleDescriptor): GrpcTypes.Module {
  return {
    name: module.name,
    datatypes: [...module.datatypes.values()].map((datatype) => renderDatatype(packageId, datatype)),
    functions: [...module.functions.values()].map(renderFunction),
  };
}

export function renderDatatype(packageId: string, datatype: DatatypeDescriptor): GrpcTypes.DatatypeDescriptor {
  const { DatatypeDescriptor_DatatypeKind: Kind } = GrpcTypes;
  const { module, name, definingId, fields, variants } = datatype;
  return {
    typeName: `${packageId}::${module}::${name}`,
    definingId,
    module,
    name,
    abilities: datatype.abilities.map(renderAbility),
    typeParameters: datatype.typeParameters.map(renderTypeParameter),
    kind: variants ? Kind.ENUM : Kind.STRUCT,
    fields: (fields ?? []).map(renderField),
    variants: (variants ?? []).map((variant, position) => ({
      name: variant.name,
      position,
      fields: variant.fields.map(renderField),
    })),
  };
}

function renderField({ name, type }: FieldDescriptor, position: number): GrpcTypes.FieldDescriptor {
  return { name, position, type: renderBody(type) };
}

export function renderFunction(descriptor: FunctionDescriptor): GrpcTypes.FunctionDescriptor {
  const { FunctionDescriptor_Visibility: Visibility } = GrpcTypes;
  const visibility = { private: Visibility.PRIVATE, public: Visibility.PUBLIC, friend: Visibility.FRIEND };
  return {
    name: descriptor.name,
    visibility: visibility[descriptor.visibility],
    isEntry: descriptor.isEntry,
    typeParameters: descriptor.typeParameters.map(({ constraints }) => ({
      constraints: constraints.map(renderAbility),
    })),
    parameters: descriptor.parameters.map(renderSignature),
    returns: descriptor.returns.map(renderSignature),
  };
}

function renderTypeParameter({ constraints, isPhantom }: TypeParameter): GrpcTypes.TypeParameter {
  return { constraints: constraints.map(renderAbility), isPhantom };
}

function renderAbility(ability: Ability): GrpcTypes.Ability {
  const { Ability: Number } = GrpcTypes;
  return { copy: Number.COPY, drop: Number.DROP, store: Number.STORE, key: Number.KEY }[ability];
}

function renderSignature({ reference, body }: Signature): GrpcTypes.OpenSignature {
  const { OpenSignature_Reference: Reference } = GrpcTypes;
  const references = { immutable: Reference.IMMUTABLE, mutable: Reference.MUTABLE };
  return { ...(reference ? { reference: references[reference] } : {}), body: renderBody(body) };
}

function renderBody(body: SignatureBody): GrpcTypes.OpenSignatureBody {
  const { OpenSignatureBody_Type: Type } = GrpcTypes;
  switch (body.kind) {
    case 'vector':
      return { type: Type.VECTOR, typeParameterInstantiation: [renderBody(body.element)] };
    case 'datatype': {
      const typeName = `${body.package}::${body.module}::${body.name}`;
      return { type: Type.DATATYPE, typeName, typeParameterInstantiation: body.args.map(renderBody) };
    }
    case 'parameter':
      return { type: Type.TYPE_PARAMETER, typeParameter: body.index, typeParameterInstantiation: [] };
    default:
      return { type: PRIMITIVES[body.kind], typeParameterInstantiation: [] };
  }
}

const { OpenSignatureBody_Type: BodyType } = GrpcTypes;
const PRIMITIVES: Record<Primitive, GrpcTypes.OpenSignatureBody_Type> = {
  bool: BodyType.BOOL,
  u8: BodyType.U8,
  u16: BodyType.U16,
  u32: BodyType.U32,
  u64: BodyType.U64,
  u128: BodyType.U128,
  u256: BodyType.U256,
  address: BodyType.ADDRESS,
  signer: BodyType.TYPE_UNKNOWN,
};
