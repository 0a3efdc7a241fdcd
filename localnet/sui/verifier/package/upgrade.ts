// Upgrade policies: what the next version of a package may change.

import { typeText, typeTexts } from './linking.ts';
import { type UpgradeRule, VerificationError } from '../errors.ts';
import type { CodeView, DatatypeHandleView, FieldView, FunctionView, ModuleView } from '../view.ts';
import { viewOf } from '../view.ts';
import type { Instruction } from '../code.ts';
import type { ModuleTables } from '../../vm/format.ts';

/**
 * The policies of `0x2::package`:
 * - compatible: what others link to stays: datatypes with layout and abilities, public functions with signature
 * - additive: all code stays as it is; modules, datatypes and functions may be added
 * - dep_only: nothing changes but the versions of dependencies
 */
export const UPGRADE_POLICY = { COMPATIBLE: 0, ADDITIVE: 128, DEP_ONLY: 192 } as const;

function fail(rule: UpgradeRule, view: ModuleView | null, detail: string, functionName?: string): never {
  throw new VerificationError(rule, detail, view ? { module: view.id, functionName } : {});
}

function refuse(view: ModuleView, detail: string, functionName?: string): never {
  return fail('IncompatibleUpgrade', view, detail, functionName);
}

const fieldTexts = (view: ModuleView, fields: readonly FieldView[]): string =>
  fields.map((f) => `${f.name}: ${typeText(view, f.type)}`).join(', ');

/** All that a user of a datatype can notice. */
function datatypeText(handle: DatatypeHandleView, body: string): string {
  const parameters = handle.constraints.map((c, i) => `${handle.phantom[i] ? 'phantom ' : ''}${c}`).join();
  return `${handle.abilities}<${parameters}>{${body}}`;
}

/** Structs and enums by name. The order of fields and variants is part of the layout. */
function datatypeTexts(view: ModuleView): Map<string, string> {
  const structs = view.structs.map(
    (s) => [s.handle.name, datatypeText(s.handle, `struct ${fieldTexts(view, s.fields)}`)] as const,
  );
  const enums = view.enums.map((e) => {
    const variants = e.variants.map((v) => `${v.name}(${fieldTexts(view, v.fields)})`).join(' | ');
    return [e.handle.name, datatypeText(e.handle, `enum ${variants}`)] as const;
  });
  return new Map([...structs, ...enums]);
}

const functionsByName = (view: ModuleView): Map<string, FunctionView> =>
  new Map(view.functions.map((f) => [f.name, f]));

function signatureText(view: ModuleView, { handle }: FunctionView): string {
  return `(${typeTexts(view, handle.parameters)}): (${typeTexts(view, handle.returns)})`;
}

function checkCompatible(before: ModuleView, after: ModuleView): void {
  const datatypes = datatypeTexts(after);
  for (const [name, text] of datatypeTexts(before)) {
    const now = datatypes.get(name);
    if (now === undefined) refuse(after, `datatype ${name} is gone`);
    if (now !== text) refuse(after, `datatype ${name} has changed: its fields, variants, abilities or parameters`);
  }
  const functions = functionsByName(after);
  for (const old of before.functions) {
    if (old.visibility !== 'Public') continue;
    const now = functions.get(old.name);
    if (now?.visibility !== 'Public') refuse(after, 'a public function is gone, or no longer public', old.name);
    if (signatureText(before, old) !== signatureText(after, now)) {
      refuse(after, 'a public function has another signature', old.name);
    }
    // Asking less of type arguments breaks no caller.
    const [stated, asked] = [old.handle.constraints, now.handle.constraints];
    if (stated.length !== asked.length || asked.some((c, i) => (c & ~stated[i]!) !== 0)) {
      refuse(after, 'a public function asks more of its type arguments', old.name);
    }
  }
}

/** An instruction with what it refers to written out, so that it can be compared across tables. */
function instructionText(view: ModuleView, code: CodeView, instruction: Instruction, raw: unknown): string {
  const { op, operand } = instruction;
  const name = op.replace('Generic', '');
  const args = (types: Parameters<typeof typeTexts>[1]): string => `<${typeTexts(view, types)}>`;
  if (op.startsWith('Call')) {
    const callee = view.callee(instruction);
    const id = view.moduleIds[callee.handle.module]!;
    return `${name} ${id.address}::${id.name}::${callee.handle.name}${args(callee.args)}`;
  }
  if (op.includes('BorrowField')) {
    const found = view.field(instruction);
    return `${name} ${found.struct.handle.name}${args(found.args)}.${found.field.name}`;
  }
  if (op === 'VariantSwitch') {
    const { head, offsets } = code.jumpTables[operand]!;
    return `${name} ${head.handle.name} ${offsets.join()}`;
  }
  if (op.includes('Variant')) {
    const found = view.variant(instruction);
    return `${name} ${found.enum.handle.name}${args(found.args)}::${found.variant.name}`;
  }
  if (/^(Pack|Unpack)/.test(op)) {
    const found = view.struct(instruction);
    return `${name} ${found.struct.handle.name}${args(found.args)}`;
  }
  if (op === 'LdConst') {
    const { type_: type, data } = view.tables.constant_pool[operand]!;
    return `${name} ${JSON.stringify(type)} ${data.join()}`;
  }
  if (op.startsWith('Vec')) return `${name} ${instruction.count} ${typeTexts(view, view.signatures[operand]!)}`;
  // Immediates, locals and offsets stand for themselves.
  return typeof raw === 'string' ? raw : `${name} ${String((raw as Record<string, unknown>)[op])}`;
}

/** All of a function, except the types of its locals, which its code implies. */
function functionText(view: ModuleView, fn: FunctionView): string {
  const head = `${fn.visibility} ${fn.isEntry} <${fn.handle.constraints.join()}>${signatureText(view, fn)}`;
  const { code } = fn;
  if (!code) return `native ${head}`;
  const raw = view.tables.function_defs[fn.index]!.code!.code;
  return [head, ...code.instructions.map((instruction, at) => instructionText(view, code, instruction, raw[at]))].join(
    '\n',
  );
}

function checkIncluded(before: ModuleView, after: ModuleView): void {
  if (before.tables.version > after.tables.version) refuse(after, 'the bytecode version is older');
  const datatypes = datatypeTexts(after);
  for (const [name, text] of datatypeTexts(before)) {
    if (datatypes.get(name) !== text) refuse(after, `datatype ${name} has changed or is gone`);
  }
  const functions = functionsByName(after);
  for (const old of before.functions) {
    const now = functions.get(old.name);
    if (!now || functionText(before, old) !== functionText(after, now)) {
      refuse(after, 'the function has changed or is gone', old.name);
    }
  }
}

function checkEqual(before: ModuleView, after: ModuleView): void {
  checkIncluded(before, after);
  const added =
    after.structs.length > before.structs.length ||
    after.enums.length > before.enums.length ||
    after.functions.length > before.functions.length;
  if (added) refuse(after, 'something was added');
  if (after.friends.length !== before.friends.length) refuse(after, 'friends were added or removed');
}

/**
 * Whether a package may be replaced by a next version under a policy.
 *
 * @param before the current modules
 * @param after the new modules, verified, at the same (original) address as the current ones
 * @param policy a number as in an upgrade ticket (see `UPGRADE_POLICY`)
 * @throws VerificationError UnknownUpgradePolicy, IncompatibleUpgrade
 */
export function checkUpgrade(before: readonly ModuleTables[], after: readonly ModuleTables[], policy: number): void {
  const { COMPATIBLE, ADDITIVE, DEP_ONLY } = UPGRADE_POLICY;
  if (policy !== COMPATIBLE && policy !== ADDITIVE && policy !== DEP_ONLY) {
    fail('UnknownUpgradePolicy', null, `policy ${policy}; there are ${COMPATIBLE}, ${ADDITIVE} and ${DEP_ONLY}`);
  }
  if (policy === DEP_ONLY && before.length !== after.length) {
    fail('IncompatibleUpgrade', null, `${after.length} modules instead of ${before.length}`);
  }
  const found = new Map(after.map((tables) => [viewOf(tables).id.name, viewOf(tables)]));
  const check = { [COMPATIBLE]: checkCompatible, [ADDITIVE]: checkIncluded, [DEP_ONLY]: checkEqual }[policy];
  for (const tables of before) {
    const old = viewOf(tables);
    const now = found.get(old.id.name);
    if (!now) fail('IncompatibleUpgrade', null, `module ${old.id.name} is gone`);
    if (now.id.address !== old.id.address) refuse(now, `the module was at ${old.id.address}`);
    check(old, now);
  }
}
