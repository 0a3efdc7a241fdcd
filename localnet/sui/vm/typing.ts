// The abstract operand stack on which the compiler checks the types of a function's code, block by block, with the
// statuses of Move's bytecode verifier.

import { ModuleError, type Status } from './errors.ts';
import { type LinkedModule } from './loader.ts';
import type { FunctionImage } from './module.ts';
import { ABILITY, type Type, type TypeTable } from './types.ts';

/** What is known of a function while its code is checked. */
export class TypingContext {
  readonly module: LinkedModule;
  readonly image: FunctionImage;
  /** Closed types for the function's type parameters. */
  readonly typeArguments: readonly Type[];
  readonly types: TypeTable;
  readonly returns: readonly Type[];
  readonly locals: readonly Type[];
  readonly stack: Type[] = [];
  /** Offset of the instruction in hand. */
  at = 0;

  constructor(module: LinkedModule, image: FunctionImage, typeArguments: readonly Type[]) {
    this.module = module;
    this.image = image;
    this.typeArguments = typeArguments;
    this.types = module.linkage.loader.types;
    this.returns = this.bind(image.returns);
    this.locals = image.code ? [...this.bind(image.parameters), ...this.bind(image.code.locals)] : [];
  }

  /** The types of a signature under the function's type arguments. */
  bind(signature: number): Type[] {
    return this.module.signature(signature).map((t) => this.types.substitute(t, this.typeArguments));
  }

  /** The single type of a signature, as vector instructions use it. */
  bindOne(signature: number): Type {
    const bound = this.bind(signature);
    if (bound.length !== 1) this.fail('INVALID_SIGNATURE_TOKEN', `signature ${signature} has ${bound.length} types`);
    return bound[0]!;
  }

  fail(status: Status, detail: string): never {
    const { id } = this.module.image;
    throw new ModuleError(status, `${id.address}::${id.name}::${this.image.name}@${this.at}: ${detail}`);
  }

  require(condition: boolean, status: Status, detail: string): void {
    if (!condition) this.fail(status, detail);
  }

  push(type: Type): void {
    this.stack.push(type);
  }

  pushAll(types: readonly Type[]): void {
    for (const type of types) this.stack.push(type);
  }

  pop(): Type {
    return this.stack.pop() ?? this.fail('NEGATIVE_STACK_SIZE_WITHIN_BLOCK', 'the stack is empty');
  }

  /** Pops a value that must be of `type`. */
  expect(type: Type, status: Status): void {
    const found = this.pop();
    if (found !== type) this.fail(status, `${found.key} where ${type.key} is wanted`);
  }

  /** Pops values that must be of `types`, the last on top. */
  expectAll(types: readonly Type[], status: Status): void {
    for (let i = types.length - 1; i >= 0; i--) this.expect(types[i]!, status);
  }

  /** Pops a value that must be an integer and gives its type. */
  popInteger(): Type {
    const type = this.pop();
    this.require(type.isInteger, 'INTEGER_OP_TYPE_MISMATCH_ERROR', `${type.key} is no integer`);
    return type;
  }

  /** Pops a reference, mutable if asked for, and gives its target. */
  popReference(status: Status, target: Type | null = null, mutable = false): Type {
    const type = this.pop();
    this.require(type.isReference, status, `${type.key} is no reference`);
    this.require(!mutable || type.key.startsWith('&mut '), status, `${type.key} is not mutable`);
    this.require(!target || type.elem === target, status, `${type.key} does not refer to ${target?.key}`);
    return type.elem!;
  }

  requireDrop(type: Type, status: Status): void {
    this.require((type.abilities() & ABILITY.DROP) !== 0, status, `${type.key} lacks drop`);
  }

  requireCopy(type: Type, status: Status): void {
    this.require((type.abilities() & ABILITY.COPY) !== 0, status, `${type.key} lacks copy`);
  }

  /** A block of code must leave the stack as it found it: empty. */
  endBlock(): void {
    this.require(this.stack.length === 0, 'POSITIVE_STACK_SIZE_AT_BLOCK_END', `${this.stack.length} values are left`);
  }
}
