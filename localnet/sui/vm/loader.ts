// Packages, linkage and resolution. Bytecode names modules by original ids. Which version of a package an original id
// stands for is decided by the linkage of the package that a transaction calls: a table from original id to storage id.
// One Linkage is one such decision; everything resolved through it (functions, types, compiled code) is kept there.

import { ModuleError, VmError } from './errors.ts';
import { entry, type SignatureToken } from './format.ts';
import { type DatatypeImage, type FunctionImage, ModuleImage } from './module.ts';
import { normalizeAddress, type TypeTag } from './tag.ts';
import {
  ADDRESS,
  BOOL,
  Datatype,
  PRIMITIVES,
  SIGNER,
  type Type,
  TypeTable,
  U128,
  U16,
  U256,
  U32,
  U64,
  U8,
} from './types.ts';
import type { Instruction } from './opcodes.ts';

/** A package as the ledger holds it. All ids are "0x" and 64 hex digits. */
export interface PackageView {
  /** Storage id: of this version of the package. */
  readonly id: string;
  /** Original id: of the first version. Module bytes name their own package by it. */
  readonly originalId: string;
  readonly version: bigint;
  readonly modules: ReadonlyMap<string, Uint8Array>;
  /** `module::datatype` to the storage id of the version that introduced it. */
  readonly typeOrigins: ReadonlyMap<string, string>;
  /** Original id of each dependency, direct or not, to the storage id used. */
  readonly linkage: ReadonlyMap<string, string>;
}

/** Looks a package up by storage id. A package must not change under its id. */
export type PackageSource = (storageId: string) => PackageView | undefined;

/** A package with its modules decoded on first use. */
export class LoadedPackage {
  readonly view: PackageView;
  readonly #modules = new Map<string, ModuleImage>();

  constructor(view: PackageView) {
    this.view = view;
  }

  /** @throws ModuleError if the module is malformed or claims another address or name. */
  module(name: string): ModuleImage | undefined {
    let image = this.#modules.get(name);
    if (image) return image;
    const bytes = this.view.modules.get(name);
    if (!bytes) return undefined;
    image = new ModuleImage(bytes);
    if (image.id.address !== this.view.originalId || image.id.name !== name) {
      const { address, name: found } = image.id;
      throw new ModuleError('LINKER_ERROR', `${address}::${found} stands as ${this.view.originalId}::${name}`);
    }
    this.#modules.set(name, image);
    return image;
  }
}

/** A function with its type arguments, resolved in a linkage. Code is compiled on the first call. */
export interface FunctionInstance {
  readonly module: LinkedModule;
  readonly image: FunctionImage;
  readonly typeArguments: readonly Type[];
  readonly parameters: readonly Type[];
  readonly returns: readonly Type[];
  /** `address::module::name`, by which native functions are found. */
  readonly name: string;
  /** Null until compiled; stays null for native functions. */
  code: readonly Instruction[] | null;
  localCount: number;
}

/** A module in a linkage. */
export class LinkedModule {
  readonly image: ModuleImage;
  readonly linkage: Linkage;
  readonly #datatypes = new Map<number, Datatype>();
  readonly #signatures = new Map<number, readonly Type[]>();

  constructor(image: ModuleImage, linkage: Linkage) {
    this.image = image;
    this.linkage = linkage;
  }

  /** The datatype that a handle names, looked up in its module and compared with what the handle claims. */
  datatype(handleIndex: number): Datatype {
    let datatype = this.#datatypes.get(handleIndex);
    if (datatype) return datatype;
    const handle = entry(this.image.tables.datatype_handles, handleIndex, 'datatype handle');
    const id = this.image.moduleId(handle.module);
    const name = this.image.identifier(handle.name);
    datatype = this.linkage.datatype(id.address, id.name, name);
    const sameShape =
      handle.type_parameters.length === datatype.params.length &&
      (handle.abilities & ~datatype.abilities) === 0 &&
      handle.type_parameters.every((p, i) => {
        const actual = datatype!.params[i]!;
        return (actual.constraints & ~p.constraints) === 0 && (!p.is_phantom || actual.phantom);
      });
    if (!sameShape) throw new ModuleError('TYPE_MISMATCH', `${datatype.key} is not what ${this.image.id.name} expects`);
    this.#datatypes.set(handleIndex, datatype);
    return datatype;
  }

  token(token: SignatureToken): Type {
    const { types } = this.linkage.loader;
    if (typeof token === 'string') {
      return (
        TOKEN_TYPES.get(token) ??
        (() => {
          throw new ModuleError('INVALID_SIGNATURE_TOKEN', token);
        })()
      );
    }
    if ('Vector' in token) return types.vector(this.token(token.Vector));
    if ('Reference' in token) return types.reference(this.token(token.Reference), false);
    if ('MutableReference' in token) return types.reference(this.token(token.MutableReference), true);
    if ('TypeParameter' in token) return types.param(token.TypeParameter);
    if ('Datatype' in token) return this.#instantiate(token.Datatype, []);
    if ('DatatypeInstantiation' in token) return this.#instantiate(...token.DatatypeInstantiation);
    throw new ModuleError('INVALID_SIGNATURE_TOKEN', JSON.stringify(token));
  }

  #instantiate(handle: number, args: readonly SignatureToken[]): Type {
    const datatype = this.datatype(handle);
    if (args.length !== datatype.params.length) {
      throw new ModuleError('NUMBER_OF_TYPE_ARGUMENTS_MISMATCH', `${args.length} for ${datatype.key}`);
    }
    return this.linkage.loader.types.datatype(
      datatype,
      args.map((a) => this.token(a)),
    );
  }

  /** The types of a signature, open over the type parameters of where it is used. */
  signature(index: number): readonly Type[] {
    let signature = this.#signatures.get(index);
    if (!signature) {
      signature = entry(this.image.tables.signatures, index, 'signature').map((t) => this.token(t));
      this.#signatures.set(index, signature);
    }
    return signature;
  }
}

const TOKEN_TYPES: ReadonlyMap<string, Type> = new Map([
  ['Bool', BOOL],
  ['U8', U8],
  ['U16', U16],
  ['U32', U32],
  ['U64', U64],
  ['U128', U128],
  ['U256', U256],
  ['Address', ADDRESS],
  ['Signer', SIGNER],
]);

/** A choice of one version for every package reachable from a root. */
export class Linkage {
  readonly loader: Loader;
  readonly root: LoadedPackage;
  readonly #modules = new Map<string, LinkedModule>();
  readonly #instances = new Map<string, FunctionInstance>();

  constructor(loader: Loader, root: LoadedPackage) {
    this.loader = loader;
    this.root = root;
  }

  /** The package that an original id stands for. */
  package(originalId: string): LoadedPackage | undefined {
    const { view } = this.root;
    if (originalId === view.originalId) return this.root;
    const storageId = view.linkage.get(originalId);
    return storageId === undefined ? undefined : this.loader.package(storageId);
  }

  module(originalId: string, name: string): LinkedModule {
    const key = `${originalId}::${name}`;
    let linked = this.#modules.get(key);
    if (linked) return linked;
    const image = this.package(originalId)?.module(name);
    if (!image) throw new VmError('LINKER_ERROR', `module ${key} is not in the linkage of ${this.root.view.id}`);
    linked = new LinkedModule(image, this);
    this.#modules.set(key, linked);
    return linked;
  }

  datatype(originalId: string, module: string, name: string): Datatype {
    const loaded = this.package(originalId);
    const datatype = loaded && this.loader.datatype(loaded, module, name);
    if (!datatype) throw new ModuleError('TYPE_RESOLUTION_FAILURE', `no type ${originalId}::${module}::${name}`);
    return datatype;
  }

  /**
   * A function by its original id and names.
   *
   * @throws VmError FUNCTION_RESOLUTION_FAILURE if there is none, NUMBER_OF_TYPE_ARGUMENTS_MISMATCH or
   *   CONSTRAINT_NOT_SATISFIED if the type arguments do not fit.
   */
  function(originalId: string, module: string, name: string, typeArguments: readonly Type[] = []): FunctionInstance {
    const linked = this.module(originalId, module);
    const image = linked.image.functionByName.get(name);
    if (!image) throw new VmError('FUNCTION_RESOLUTION_FAILURE', `no function ${originalId}::${module}::${name}`);
    return this.instance(linked, image, typeArguments);
  }

  /** Functions that were looked up so far: those that code has called, each with every set of type arguments. */
  instances(): Iterable<FunctionInstance> {
    return this.#instances.values();
  }

  instance(module: LinkedModule, image: FunctionImage, typeArguments: readonly Type[]): FunctionInstance {
    const { id } = module.image;
    const name = `${id.address}::${id.name}::${image.name}`;
    const key = typeArguments.length ? `${name}<${typeArguments.map((t) => t.key).join(',')}>` : name;
    let instance = this.#instances.get(key);
    if (instance) return instance;
    checkTypeArguments(typeArguments, image.typeParameters, name);
    const { types } = this.loader;
    const bind = (signature: number) => module.signature(signature).map((t) => types.substitute(t, typeArguments));
    instance = {
      module,
      image,
      typeArguments,
      parameters: bind(image.parameters),
      returns: bind(image.returns),
      name,
      code: null,
      localCount: 0,
    };
    this.#instances.set(key, instance);
    return instance;
  }
}

/** Checks the number of type arguments and that each has the abilities asked of it. */
export function checkTypeArguments(args: readonly Type[], constraints: readonly number[], what: string): void {
  if (args.length !== constraints.length) {
    throw new VmError('NUMBER_OF_TYPE_ARGUMENTS_MISMATCH', `${args.length} for the ${constraints.length} of ${what}`);
  }
  args.forEach((arg, i) => {
    if (arg.isReference || constraints[i]! & ~arg.abilities()) {
      throw new VmError('CONSTRAINT_NOT_SATISFIED', `type argument ${arg.key} of ${what} lacks an ability`);
    }
  });
}

/** Holds packages, types and linkages over one source of packages. */
export class Loader {
  readonly types = new TypeTable();
  readonly #source: PackageSource;
  readonly #packages = new Map<string, LoadedPackage>();
  readonly #linkages = new Map<string, Linkage>();
  readonly #datatypes = new Map<string, Datatype>();

  constructor(source: PackageSource) {
    this.#source = source;
  }

  package(storageId: string): LoadedPackage | undefined {
    let loaded = this.#packages.get(storageId);
    if (loaded) return loaded;
    const view = this.#source(storageId);
    if (!view) return undefined;
    loaded = new LoadedPackage(view);
    this.#packages.set(storageId, loaded);
    return loaded;
  }

  /** The linkage of a package: what its own code, and whatever it calls, is linked against. */
  linkage(storageId: string): Linkage {
    let linkage = this.#linkages.get(storageId);
    if (linkage) return linkage;
    const root = this.package(storageId);
    if (!root) throw new VmError('LINKER_ERROR', `no package ${storageId}`);
    linkage = new Linkage(this, root);
    this.#linkages.set(storageId, linkage);
    return linkage;
  }

  /** Drops what is known of a package whose publication failed, before anything else could link to it. */
  forget(storageId: string): void {
    this.#packages.delete(storageId);
    this.#linkages.delete(storageId);
    const prefix = `${storageId}::`;
    for (const key of this.#datatypes.keys()) if (key.startsWith(prefix)) this.#datatypes.delete(key);
    this.types.forget(storageId);
  }

  /** The datatype that a package's module declares, known by the version that first declared it. */
  datatype(loaded: LoadedPackage, module: string, name: string): Datatype | undefined {
    const { view } = loaded;
    const definingId = view.typeOrigins.get(`${module}::${name}`) ?? view.id;
    const key = `${definingId}::${module}::${name}`;
    const known = this.#datatypes.get(key);
    if (known) return known;
    const image = loaded.module(module)?.datatypes.get(name);
    if (!image) return undefined;
    const { abilities, params, isEnum } = image;
    const head = { definingId, originalId: view.originalId, module, name, abilities, params, isEnum };
    const datatype = new Datatype(head, () => this.#variants(view.id, module, image));
    this.#datatypes.set(key, datatype);
    return datatype;
  }

  /** Field types are looked up in the linkage of the declaring package: defining ids are the same in every linkage. */
  #variants(storageId: string, module: string, image: DatatypeImage) {
    const linkage = this.linkage(storageId);
    const linked = linkage.module(linkage.root.view.originalId, module);
    return image.variants.map((v) => ({
      name: v.name,
      fieldNames: v.fields.map((f) => linked.image.identifier(f.name)),
      fields: v.fields.map((f) => linked.token(f.signature)),
    }));
  }

  /**
   * The type that a tag names. The address of a struct may be that of any version of the package that has it.
   *
   * @throws VmError TYPE_RESOLUTION_FAILURE if there is no such type; as `checkTypeArguments` if arguments do not fit;
   *   VM_MAX_VALUE_DEPTH_REACHED if it nests deeper than `maxDepth`.
   */
  type(tag: TypeTag, maxDepth = 128): Type {
    const type = this.#resolve(tag);
    if (type.depth > maxDepth) throw new VmError('VM_MAX_VALUE_DEPTH_REACHED', `${type.key} nests too deep`);
    return type;
  }

  #resolve(tag: TypeTag): Type {
    if (typeof tag === 'string') {
      const type = PRIMITIVES.get(tag);
      if (!type) throw new VmError('TYPE_RESOLUTION_FAILURE', `no type ${tag}`);
      return type;
    }
    if ('vector' in tag) return this.types.vector(this.#resolve(tag.vector));
    const loaded = this.package(normalizeAddress(tag.address));
    const datatype = loaded && this.datatype(loaded, tag.module, tag.name);
    if (!datatype) throw new VmError('TYPE_RESOLUTION_FAILURE', `no type ${tag.address}::${tag.module}::${tag.name}`);
    const args = tag.typeArguments.map((a) => this.#resolve(a));
    checkTypeArguments(
      args,
      datatype.params.map((p) => p.constraints),
      datatype.key,
    );
    return this.types.datatype(datatype, args);
  }
}
