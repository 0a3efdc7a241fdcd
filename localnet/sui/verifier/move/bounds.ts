// Every index of the tables and of the code is in bounds; types have as many arguments as their datatypes have
// parameters. All other passes rely on this one.

import { decodeInstruction, type Instruction, OPERAND_KINDS } from '../code.ts';
import { type MoveRule, type Place, VerificationError } from '../errors.ts';
import type { CodeUnit, FieldDefinition, FunctionDefinition, ModuleTables, SignatureToken } from '../../vm/format.ts';

const MAX_LOCALS = 255;

/** Visits a type and everything in it. */
export function visitToken(token: SignatureToken, visit: (token: SignatureToken) => void): void {
  visit(token);
  if (typeof token === 'string') return;
  if ('Vector' in token) visitToken(token.Vector, visit);
  else if ('Reference' in token) visitToken(token.Reference, visit);
  else if ('MutableReference' in token) visitToken(token.MutableReference, visit);
  else if ('DatatypeInstantiation' in token) for (const arg of token.DatatypeInstantiation[1]) visitToken(arg, visit);
}

class BoundsChecker {
  readonly #tables: ModuleTables;
  #place: Place = {};

  constructor(tables: ModuleTables) {
    this.#tables = tables;
  }

  #fail(rule: MoveRule, detail: string): never {
    throw new VerificationError(rule, detail, this.#place);
  }

  #index(table: readonly unknown[], index: number, what: string): void {
    if (!(index >= 0 && index < table.length)) this.#fail('INDEX_OUT_OF_BOUNDS', `${what} ${index} of ${table.length}`);
  }

  check(): void {
    const t = this.#tables;
    if (t.module_handles.length === 0) this.#fail('NO_MODULE_HANDLES', 'the module names no module, not even itself');
    for (const tokens of t.signatures) for (const token of tokens) this.#type(token);
    for (const constant of t.constant_pool) this.#type(constant.type_);
    for (const handle of t.module_handles) this.#module(handle);
    this.#index(t.module_handles, t.self_module_handle_idx, 'module handle');
    const self = t.module_handles[t.self_module_handle_idx]!;
    const module = { address: `0x${t.address_identifiers[self.address]!}`, name: t.identifiers[self.name]! };
    this.#place = { module };
    for (const handle of t.datatype_handles) {
      this.#index(t.module_handles, handle.module, 'module handle');
      this.#index(t.identifiers, handle.name, 'identifier');
    }
    for (const handle of t.function_handles) this.#functionHandle(handle);
    for (const { owner, field } of t.field_handles) {
      this.#index(t.struct_defs, owner, 'struct');
      const info = t.struct_defs[owner]!.field_information;
      this.#index(info === 'Native' ? [] : info.Declared, field, 'field');
    }
    for (const handle of t.friend_decls) this.#module(handle);
    this.#instantiations(t.struct_def_instantiations, t.struct_defs, 'struct');
    for (const { handle, type_parameters } of t.function_instantiations) {
      this.#index(t.function_handles, handle, 'function handle');
      this.#index(t.signatures, type_parameters, 'signature');
    }
    for (const { handle, type_parameters } of t.field_instantiations) {
      this.#index(t.field_handles, handle, 'field handle');
      this.#index(t.signatures, type_parameters, 'signature');
    }
    for (const { struct_handle, field_information } of t.struct_defs) {
      this.#index(t.datatype_handles, struct_handle, 'datatype handle');
      if (field_information !== 'Native') this.#fields(field_information.Declared, struct_handle);
    }
    for (const { enum_handle, variants } of t.enum_defs) {
      this.#index(t.datatype_handles, enum_handle, 'datatype handle');
      for (const { variant_name, fields } of variants) {
        this.#index(t.identifiers, variant_name, 'identifier');
        this.#fields(fields, enum_handle);
      }
    }
    this.#instantiations(t.enum_def_instantiations, t.enum_defs, 'enum');
    for (const { enum_def, variant } of t.variant_handles) {
      this.#index(t.enum_defs, enum_def, 'enum');
      this.#index(t.enum_defs[enum_def]!.variants, variant, 'variant');
    }
    for (const { enum_def, variant } of t.variant_instantiation_handles) {
      this.#index(t.enum_def_instantiations, enum_def, 'enum instantiation');
      this.#index(t.enum_defs[t.enum_def_instantiations[enum_def]!.def]!.variants, variant, 'variant');
    }
    for (const def of t.function_defs) {
      this.#place = { module };
      this.#function(def);
    }
  }

  #module(handle: { readonly address: number; readonly name: number }): void {
    this.#index(this.#tables.address_identifiers, handle.address, 'address');
    this.#index(this.#tables.identifiers, handle.name, 'identifier');
  }

  #functionHandle(handle: ModuleTables['function_handles'][number]): void {
    const t = this.#tables;
    this.#index(t.module_handles, handle.module, 'module handle');
    this.#index(t.identifiers, handle.name, 'identifier');
    for (const signature of [handle.parameters, handle.return_]) {
      this.#index(t.signatures, signature, 'signature');
      this.#parameters(t.signatures[signature]!, handle.type_parameters.length);
    }
  }

  #instantiations(
    instantiations: readonly { readonly def: number; readonly type_parameters: number }[],
    defs: readonly unknown[],
    what: string,
  ): void {
    for (const { def, type_parameters } of instantiations) {
      this.#index(defs, def, what);
      this.#index(this.#tables.signatures, type_parameters, 'signature');
    }
  }

  #fields(fields: readonly FieldDefinition[], handle: number): void {
    const typeParameters = this.#tables.datatype_handles[handle]!.type_parameters.length;
    for (const { name, signature } of fields) {
      this.#index(this.#tables.identifiers, name, 'identifier');
      this.#type(signature);
      this.#parameters([signature], typeParameters);
    }
  }

  /** Datatypes exist and have the right number of arguments. */
  #type(token: SignatureToken): void {
    const handles = this.#tables.datatype_handles;
    visitToken(token, (inner) => {
      if (typeof inner === 'string') return;
      const found: [number, readonly unknown[]] | null =
        'Datatype' in inner
          ? [inner.Datatype, []]
          : 'DatatypeInstantiation' in inner
            ? inner.DatatypeInstantiation
            : null;
      if (!found) return;
      this.#index(handles, found[0], 'datatype handle');
      const wanted = handles[found[0]]!.type_parameters.length;
      if (found[1].length !== wanted) {
        this.#fail('NUMBER_OF_TYPE_ARGUMENTS_MISMATCH', `${found[1].length} type arguments where ${wanted} are wanted`);
      }
    });
  }

  /** Type parameters exist. */
  #parameters(tokens: readonly SignatureToken[], count: number): void {
    for (const token of tokens) {
      visitToken(token, (inner) => {
        if (typeof inner !== 'string' && 'TypeParameter' in inner && inner.TypeParameter >= count) {
          this.#fail('INDEX_OUT_OF_BOUNDS', `type parameter ${inner.TypeParameter} of ${count}`);
        }
      });
    }
  }

  #function(def: FunctionDefinition & { readonly acquires_global_resources?: readonly number[] }): void {
    const t = this.#tables;
    this.#index(t.function_handles, def.function, 'function handle');
    const handle = t.function_handles[def.function]!;
    this.#place = { ...this.#place, functionName: t.identifiers[handle.name]! };
    if ((def.acquires_global_resources ?? []).length > 0) {
      this.#fail('DEPRECATED_BYTECODE_FORMAT', 'acquires: Sui has no global storage');
    }
    if (def.code) this.#code(def.code, t.signatures[handle.parameters]!.length, handle.type_parameters.length);
  }

  #code(unit: CodeUnit, parameterCount: number, typeParameters: number): void {
    const t = this.#tables;
    const place = this.#place;
    this.#index(t.signatures, unit.locals, 'signature');
    const localCount = parameterCount + t.signatures[unit.locals]!.length;
    if (localCount > MAX_LOCALS) this.#fail('TOO_MANY_LOCALS', `${localCount} parameters and locals`);
    this.#parameters(t.signatures[unit.locals]!, typeParameters);
    const locals = { length: localCount } as readonly unknown[];
    unit.code.forEach((raw, at) => {
      this.#place = { ...place, instruction: at };
      this.#operand(decodeInstruction(raw, this.#place), unit, locals, typeParameters);
    });
    this.#place = place;
    for (const { head_enum, jump_table } of unit.jump_tables) {
      this.#index(t.enum_defs, head_enum, 'enum');
      const variants = t.enum_defs[head_enum]!.variants.length;
      if (jump_table.Full.length !== variants) {
        this.#fail('INVALID_ENUM_SWITCH', `${jump_table.Full.length} jumps for ${variants} variants`);
      }
      for (const offset of jump_table.Full) this.#index(unit.code, offset, 'code offset');
    }
  }

  #operand({ op, operand }: Instruction, unit: CodeUnit, locals: readonly unknown[], typeParameters: number): void {
    const t = this.#tables;
    const typeArguments = (signature: number): void => this.#parameters(t.signatures[signature]!, typeParameters);
    switch (OPERAND_KINDS.get(op)!) {
      case 'none':
        return;
      case 'constant':
        return this.#index(t.constant_pool, operand, 'constant');
      case 'local':
        return this.#index(locals, operand, 'local');
      case 'offset':
        return this.#index(unit.code, operand, 'code offset');
      case 'function':
        return this.#index(t.function_handles, operand, 'function handle');
      case 'functionInstantiation':
        this.#index(t.function_instantiations, operand, 'function instantiation');
        return typeArguments(t.function_instantiations[operand]!.type_parameters);
      case 'struct':
        return this.#index(t.struct_defs, operand, 'struct');
      case 'structInstantiation':
        this.#index(t.struct_def_instantiations, operand, 'struct instantiation');
        return typeArguments(t.struct_def_instantiations[operand]!.type_parameters);
      case 'field':
        return this.#index(t.field_handles, operand, 'field handle');
      case 'fieldInstantiation':
        this.#index(t.field_instantiations, operand, 'field instantiation');
        return typeArguments(t.field_instantiations[operand]!.type_parameters);
      case 'signature':
        this.#index(t.signatures, operand, 'signature');
        return typeArguments(operand);
      case 'variant':
        return this.#index(t.variant_handles, operand, 'variant handle');
      case 'variantInstantiation': {
        this.#index(t.variant_instantiation_handles, operand, 'variant instantiation');
        const { enum_def } = t.variant_instantiation_handles[operand]!;
        return typeArguments(t.enum_def_instantiations[enum_def]!.type_parameters);
      }
      case 'jumpTable':
        return this.#index(unit.jump_tables, operand, 'jump table');
    }
  }
}

/** @throws VerificationError INDEX_OUT_OF_BOUNDS and others */
export function checkBounds(tables: ModuleTables): void {
  new BoundsChecker(tables).check();
}
