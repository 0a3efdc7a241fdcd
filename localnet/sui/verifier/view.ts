// A module's tables, decoded for the passes. A view may be made only of tables whose indices are in bounds.

import { decodeInstruction, type Instruction } from './code.ts';
import { type Place, type Rule, VerificationError } from './errors.ts';
import { Abilities, type DatatypeHead, type Ty, TypePool } from './types.ts';
import type { ModuleId } from '../vm/errors.ts';
import type { FunctionDefinition, ModuleTables } from '../vm/format.ts';

export interface DatatypeHandleView extends DatatypeHead {
  readonly index: number;
  readonly module: number;
  readonly name: string;
  /** Ability constraints of the type parameters. */
  readonly constraints: readonly number[];
}

export interface FunctionHandleView {
  readonly index: number;
  readonly module: number;
  readonly name: string;
  readonly parameters: readonly Ty[];
  readonly returns: readonly Ty[];
  /** Ability constraints of the type parameters. */
  readonly constraints: readonly number[];
}

export interface FieldView {
  readonly name: string;
  readonly type: Ty;
}

export interface StructView {
  readonly index: number;
  readonly handle: DatatypeHandleView;
  readonly fields: readonly FieldView[];
}

export interface VariantView {
  readonly name: string;
  readonly fields: readonly FieldView[];
}

export interface EnumView {
  readonly index: number;
  readonly handle: DatatypeHandleView;
  readonly variants: readonly VariantView[];
}

export interface JumpTableView {
  readonly head: EnumView;
  /** One code offset for each variant. */
  readonly offsets: readonly number[];
}

export interface CodeView {
  /** Parameters and locals. */
  readonly locals: readonly Ty[];
  readonly instructions: readonly Instruction[];
  readonly jumpTables: readonly JumpTableView[];
}

export interface FunctionView {
  readonly index: number;
  readonly name: string;
  readonly handle: FunctionHandleView;
  readonly visibility: FunctionDefinition['visibility'];
  readonly isEntry: boolean;
  /** Null for native functions. */
  readonly code: CodeView | null;
}

export class ModuleView {
  readonly tables: ModuleTables;
  readonly id: ModuleId;
  readonly types = new TypePool();
  readonly moduleIds: readonly ModuleId[];
  readonly friends: readonly ModuleId[];
  readonly signatures: readonly (readonly Ty[])[];
  readonly datatypes: readonly DatatypeHandleView[];
  readonly functionHandles: readonly FunctionHandleView[];
  readonly structs: readonly StructView[];
  readonly enums: readonly EnumView[];
  readonly functions: readonly FunctionView[];

  constructor(tables: ModuleTables) {
    this.tables = tables;
    this.moduleIds = tables.module_handles.map((h) => this.#moduleId(h));
    this.friends = tables.friend_decls.map((h) => this.#moduleId(h));
    this.id = this.moduleIds[tables.self_module_handle_idx]!;
    this.signatures = tables.signatures.map((tokens) => tokens.map((t) => this.types.fromToken(t)));
    this.datatypes = tables.datatype_handles.map((h, index) => ({
      index,
      module: h.module,
      name: this.identifier(h.name),
      abilities: h.abilities,
      constraints: h.type_parameters.map((p) => p.constraints),
      phantom: h.type_parameters.map((p) => p.is_phantom),
    }));
    this.functionHandles = tables.function_handles.map((h, index) => ({
      index,
      module: h.module,
      name: this.identifier(h.name),
      parameters: this.signatures[h.parameters]!,
      returns: this.signatures[h.return_]!,
      constraints: h.type_parameters,
    }));
    this.structs = tables.struct_defs.map((def, index) => ({
      index,
      handle: this.datatypes[def.struct_handle]!,
      fields: def.field_information === 'Native' ? [] : this.#fields(def.field_information.Declared),
    }));
    this.enums = tables.enum_defs.map((def, index) => ({
      index,
      handle: this.datatypes[def.enum_handle]!,
      variants: def.variants.map((v) => ({ name: this.identifier(v.variant_name), fields: this.#fields(v.fields) })),
    }));
    this.functions = tables.function_defs.map((def, index) => this.#function(def, index));
  }

  #moduleId(handle: ModuleTables['module_handles'][number]): ModuleId {
    const address = this.tables.address_identifiers[handle.address]!;
    return { address: `0x${address.padStart(64, '0')}`, name: this.identifier(handle.name) };
  }

  #fields(fields: ModuleTables['enum_defs'][number]['variants'][number]['fields']): FieldView[] {
    return fields.map((f) => ({ name: this.identifier(f.name), type: this.types.fromToken(f.signature) }));
  }

  #function(def: FunctionDefinition, index: number): FunctionView {
    const handle = this.functionHandles[def.function]!;
    const place = { module: this.id, functionName: handle.name };
    const code: CodeView | null = def.code
      ? {
          locals: [...handle.parameters, ...this.signatures[def.code.locals]!],
          instructions: def.code.code.map((raw, at) => decodeInstruction(raw, { ...place, instruction: at })),
          jumpTables: def.code.jump_tables.map((t) => ({
            head: this.enums[t.head_enum]!,
            offsets: t.jump_table.Full,
          })),
        }
      : null;
    return { index, name: handle.name, handle, visibility: def.visibility, isEntry: def.is_entry, code };
  }

  identifier(index: number): string {
    return this.tables.identifiers[index]!;
  }

  get selfHandle(): number {
    return this.tables.self_module_handle_idx;
  }

  /** Abilities of types under constraints on the type parameters. */
  abilities(constraints: readonly number[]): Abilities {
    return new Abilities(constraints, (handle) => this.datatypes[handle]!);
  }

  /** The function that Call or CallGeneric calls, and its type arguments. */
  callee({ op, operand }: Instruction): { readonly handle: FunctionHandleView; readonly args: readonly Ty[] } {
    if (op === 'Call') return { handle: this.functionHandles[operand]!, args: [] };
    const { handle, type_parameters } = this.tables.function_instantiations[operand]!;
    return { handle: this.functionHandles[handle]!, args: this.signatures[type_parameters]! };
  }

  /** The struct of Pack, Unpack and their generic forms. */
  struct({ op, operand }: Instruction): { readonly struct: StructView; readonly args: readonly Ty[] } {
    if (!op.endsWith('Generic')) return { struct: this.structs[operand]!, args: [] };
    const { def, type_parameters } = this.tables.struct_def_instantiations[operand]!;
    return { struct: this.structs[def]!, args: this.signatures[type_parameters]! };
  }

  /** The field of the BorrowField instructions. */
  field({ op, operand }: Instruction): FieldReference {
    const instantiation = op.endsWith('Generic') ? this.tables.field_instantiations[operand]! : null;
    const handleIndex = instantiation ? instantiation.handle : operand;
    const { owner, field } = this.tables.field_handles[handleIndex]!;
    const args = instantiation ? this.signatures[instantiation.type_parameters]! : [];
    return { handleIndex, struct: this.structs[owner]!, field: this.structs[owner]!.fields[field]!, args };
  }

  /** The variant of the PackVariant and UnpackVariant instructions. */
  variant({ op, operand }: Instruction): VariantReference {
    if (!op.includes('Generic')) {
      const { enum_def, variant } = this.tables.variant_handles[operand]!;
      return { enum: this.enums[enum_def]!, tag: variant, variant: this.enums[enum_def]!.variants[variant]!, args: [] };
    }
    const { enum_def, variant } = this.tables.variant_instantiation_handles[operand]!;
    const { def, type_parameters } = this.tables.enum_def_instantiations[enum_def]!;
    const args = this.signatures[type_parameters]!;
    return { enum: this.enums[def]!, tag: variant, variant: this.enums[def]!.variants[variant]!, args };
  }

  /** Text of a type, for messages: datatypes with their address. */
  show(ty: Ty): string {
    switch (ty.kind) {
      case 'vector':
        return `vector<${this.show(ty.elem!)}>`;
      case 'ref':
        return `&${this.show(ty.elem!)}`;
      case 'mut':
        return `&mut ${this.show(ty.elem!)}`;
      case 'param':
        return `$${ty.index}`;
      case 'datatype': {
        const head = this.datatypes[ty.index]!;
        const { address, name } = this.moduleIds[head.module]!;
        const args = ty.args.length ? `<${ty.args.map((a) => this.show(a)).join(',')}>` : '';
        return `0x${address.slice(2).replace(/^0+(?=.)/, '')}::${name}::${head.name}${args}`;
      }
      default:
        return ty.kind;
    }
  }

  place(fn?: FunctionView, instruction?: number): Place {
    return { module: this.id, functionName: fn?.name, instruction };
  }

  fail(rule: Rule, detail: string, fn?: FunctionView, instruction?: number): never {
    throw new VerificationError(rule, detail, this.place(fn, instruction));
  }
}

export interface FieldReference {
  readonly handleIndex: number;
  readonly struct: StructView;
  readonly field: FieldView;
  readonly args: readonly Ty[];
}

export interface VariantReference {
  readonly enum: EnumView;
  readonly tag: number;
  readonly variant: VariantView;
  readonly args: readonly Ty[];
}

const views = new WeakMap<ModuleTables, ModuleView>();

/** The view of tables that are known to be in bounds, made once. */
export function viewOf(tables: ModuleTables): ModuleView {
  let view = views.get(tables);
  if (!view) views.set(tables, (view = new ModuleView(tables)));
  return view;
}

/** Whether two names mean the same module. */
export function sameModule(a: ModuleId, b: ModuleId): boolean {
  return a.address === b.address && a.name === b.name;
}
