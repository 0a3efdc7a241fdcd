// Limits of the machine. Figures are those of Sui's protocol configuration (and of its Move virtual machine) as far as
// they are known; they bound every call in steps, stack, depth and memory.

export interface Limits {
  /** Values on the operand stack, over all frames. */
  readonly operandStack: number;
  /** Frames on the call stack, without the current one. */
  readonly callStack: number;
  /** Nesting of a value's type. */
  readonly valueDepth: number;
  /** Elements that push_back may grow a vector to. */
  readonly vectorLength: number;
  /** Nodes of a type that instantiation may build. */
  readonly typeNodes: number;
  /** Nodes of a type's layout with every field written out; a type with more cannot be serialized. */
  readonly layoutNodes: number;
}

export const SUI_LIMITS: Limits = {
  operandStack: 1024,
  callStack: 1024,
  valueDepth: 128,
  vectorLength: 256 * 1024,
  typeNodes: 128,
  layoutNodes: 512,
};

/** As Sui's unit-test runner has them. */
export const TEST_LIMITS: Limits = { ...SUI_LIMITS, vectorLength: 1024 * 1024 };
