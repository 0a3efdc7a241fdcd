/** Types of the framework that transactions have rules about. */
import type { Loader } from '../vm/loader.ts';
import { KIND, type Type } from '../vm/types.ts';
import { STD_ADDRESS, SUI_ADDRESS } from '../ledger/types.ts';

const tag = (module: string, name: string) => ({ address: SUI_ADDRESS, module, name, typeArguments: [] });

/** Looks the framework's types up once. */
export class FrameworkTypes {
  readonly context: Type;
  readonly gasCoin: Type;
  readonly upgradeCap: Type;
  readonly upgradeTicket: Type;
  readonly upgradeReceipt: Type;

  constructor(loader: Loader) {
    this.context = loader.type(tag('tx_context', 'TxContext'));
    this.gasCoin = loader.type({ ...tag('coin', 'Coin'), typeArguments: [tag('sui', 'SUI')] });
    this.upgradeCap = loader.type(tag('package', 'UpgradeCap'));
    this.upgradeTicket = loader.type(tag('package', 'UpgradeTicket'));
    this.upgradeReceipt = loader.type(tag('package', 'UpgradeReceipt'));
  }
}

/** Whether a type is `address::module::name`, with any type arguments. */
export function isNamed(type: Type, address: string, module: string, name: string): boolean {
  const { datatype } = type;
  return datatype !== null && datatype.name === name && datatype.module === module && datatype.definingId === address;
}

/** Whether a type is a coin. */
export function isCoin(type: Type): boolean {
  return isNamed(type, SUI_ADDRESS, 'coin', 'Coin');
}

/** The `T` of `Receiving<T>`, or null for any other type. */
export function receivedType(type: Type): Type | null {
  return isNamed(type, SUI_ADDRESS, 'transfer', 'Receiving') ? type.args[0]! : null;
}

/** What a pure argument's bytes have to be, beyond being BCS. */
export type PureLayout =
  | { readonly kind: 'primitive'; readonly type: Type }
  | { readonly kind: 'vector' | 'option'; readonly element: PureLayout }
  | { readonly kind: 'ascii' | 'utf8' };

/** The layout of a type that can be given as pure bytes, or null for any other type. */
export function pureLayout(type: Type): PureLayout | null {
  if (type.kind < KIND.SIGNER) return { kind: 'primitive', type };
  if (type.kind === KIND.VECTOR) return nested('vector', type.elem!);
  if (isNamed(type, STD_ADDRESS, 'option', 'Option')) return nested('option', type.args[0]!);
  if (isNamed(type, SUI_ADDRESS, 'object', 'ID')) return { kind: 'primitive', type };
  if (isNamed(type, STD_ADDRESS, 'ascii', 'String')) return { kind: 'ascii' };
  if (isNamed(type, STD_ADDRESS, 'string', 'String')) return { kind: 'utf8' };
  return null;
}

function nested(kind: 'vector' | 'option', type: Type): PureLayout | null {
  const element = pureLayout(type);
  return element && { kind, element };
}
