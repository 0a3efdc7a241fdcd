/** What is charged for a transaction's parts before anything of it runs, as Sui's gas model does. */
import type { MoveRecord } from '../ledger/objects.ts';
import { PROTOCOL } from '../ledger/protocol.ts';
import type { Meter } from '../vm/meter.ts';
import type { Type } from '../vm/types.ts';
import { chargedSize, unchanged } from './changes.ts';
import { FIGURES, SYSTEM_PACKAGES } from './figures.ts';
import type { LoadedInputs } from './inputs.ts';
import type { LoadedCommand } from './load.ts';
import type { Program, TypedCommand } from './program.ts';
import type { Command, Transaction } from './transaction.ts';

const { translation } = FIGURES;

/** Charges the bytes of all input objects and packages, those of the framework excepted. */
export function chargeInputs(meter: Meter, inputs: LoadedInputs, typeOf: (record: MoveRecord) => Type): void {
  let bytes = 0;
  for (const record of [...inputs.objects.values(), ...inputs.gas])
    bytes += chargedSize(unchanged(record, typeOf(record)));
  for (const { id, version, package: value } of inputs.packages) {
    if (!SYSTEM_PACKAGES.has(id)) bytes += chargedSize({ kind: 'package', id, originalId: id, version, value });
  }
  meter.chargeBytes(bytes, PROTOCOL.obj_access_cost_read_per_byte);
}

/** Charges the number of inputs and commands, and the bytes of pure inputs. */
export function chargeParts(meter: Meter, { inputs, commands }: Transaction): void {
  meter.deduct(Math.max(inputs.length, 1) * translation.input);
  for (const input of inputs) {
    if (input.kind === 'pure') meter.deduct(Math.max(input.bytes.length, 1) * translation.pureByte);
  }
  for (const command of commands) meter.deduct(Math.max(argumentCount(command), 1) * translation.command);
}

function argumentCount(command: Command): number {
  switch (command.kind) {
    case 'call':
      return command.typeArguments.length + command.arguments.length;
    case 'transfer':
      return command.objects.length + 1;
    case 'split':
      return command.amounts.length + 1;
    case 'merge':
      return command.sources.length + 1;
    case 'vector':
      return command.elements.length + 1;
    case 'publish':
      return command.modules.length + command.dependencies.length;
    case 'upgrade':
      return command.modules.length + command.dependencies.length + 2;
  }
}

/** Charges the nodes of all types that occur, references in the square, and the packages linked. */
export function chargeTypes(meter: Meter, program: Program, loaded: readonly LoadedCommand[]): void {
  const charge = (types: Iterable<Type>): void => {
    for (const type of types) meter.deduct(type.nodes * translation.typeNode);
  };
  charge(program.objects.map(({ type }) => type));
  for (const { call, type } of loaded) {
    if (call) charge(signatureTypes(call.function));
    if (type) charge([type]);
  }
  for (const { action } of program.commands) {
    const linked = linkedPackages(action);
    if (linked > 0) meter.deduct(linked * translation.linkageEntry);
  }
  const all = [
    ...[...program.pure, ...program.receiving].map(({ place }) => place.type),
    ...program.objects.map(({ type }) => type),
    ...program.commands.flatMap(commandTypes),
  ];
  const references = all.filter((type) => type.isReference && type.elem !== program.context.type).length;
  const count = Math.max(references, 1);
  meter.deduct(
    Math.max(
      all.reduce((sum, { nodes }) => sum + nodes, 0),
      1,
    ) * translation.typeNode,
  );
  meter.deduct(((count * (count + 1)) / 2) * translation.referenceNode);
}

type Signature = {
  readonly typeArguments: readonly Type[];
  readonly parameters: readonly Type[];
  readonly returns: readonly Type[];
};

function signatureTypes({ typeArguments, parameters, returns }: Signature): Type[] {
  return [...typeArguments, ...parameters, ...returns];
}

function commandTypes({ action, arguments: args, results }: TypedCommand): Type[] {
  const types = [...results.map(({ type }) => type), ...args.map(({ type }) => type)];
  switch (action.kind) {
    case 'call':
      return [...types, ...signatureTypes(action.function)];
    case 'split':
    case 'merge':
      return [...types, action.coin];
    case 'vector':
      return [...types, action.element];
    default:
      return types;
  }
}

/** Packages that a command is linked against, the framework's included. */
function linkedPackages(action: TypedCommand['action']): number {
  switch (action.kind) {
    case 'call':
      return new Set([...action.linkage.root.view.linkage.values(), action.package]).size;
    case 'publish':
      return new Set([...action.dependencies, ...SYSTEM_LINKED]).size;
    case 'upgrade':
      return new Set([...action.upgrade.dependencies, ...SYSTEM_LINKED]).size;
    default:
      return 0;
  }
}

const SYSTEM_LINKED = [...SYSTEM_PACKAGES].slice(0, 3);
