// Limits on modules: figures of Sui's protocol configuration on mainnet.

/** Rows that each table of a module may have. */
export interface TableLimits {
  readonly module_handles: number;
  readonly datatype_handles: number;
  readonly function_handles: number;
  readonly function_instantiations: number;
  readonly signatures: number;
  readonly constant_pool: number;
  readonly identifiers: number;
  readonly address_identifiers: number;
  readonly struct_defs: number;
  readonly struct_def_instantiations: number;
  readonly function_defs: number;
  readonly field_handles: number;
  readonly field_instantiations: number;
  readonly friend_decls: number;
}

export interface VerifierLimits {
  readonly tables: TableLimits;
  /** Nesting of loops. */
  readonly loopDepth: number;
  readonly typeParameters: number;
  readonly functionParameters: number;
  readonly basicBlocks: number;
  /** Values that a block may have on the stack at once. */
  readonly stackSize: number;
  /** Values that a block may push in all. */
  readonly pushSize: number;
  /** Weight of a type in the tables: 4 for a datatype or type parameter, 1 for anything else. */
  readonly typeNodes: number;
  readonly dataDefinitions: number;
  readonly functionDefinitions: number;
  /** Fields of a struct, or of all variants of an enum together. */
  readonly fields: number;
  readonly variants: number;
  readonly constantVectorLength: number;
  readonly identifierLength: number;
  /** Jumps backwards, of a function and of a module. */
  readonly backEdges: number;
  /**
   * Work that verifying a package may take. The figure is Sui's (its limits for a function, a module and a package are
   * the same); what a unit of work is, is not: here it is an instruction executed by an analysis, or a quarter of an edge
   * touched in the borrow graph.
   */
  readonly work: number;
}

export const SUI_VERIFIER_LIMITS: VerifierLimits = {
  tables: {
    module_handles: 100,
    datatype_handles: 300,
    function_handles: 1500,
    function_instantiations: 750,
    signatures: 1000,
    constant_pool: 4000,
    identifiers: 10_000,
    address_identifiers: 100,
    struct_defs: 200,
    struct_def_instantiations: 100,
    function_defs: 1000,
    field_handles: 500,
    field_instantiations: 250,
    friend_decls: 100,
  },
  loopDepth: 5,
  typeParameters: 32,
  functionParameters: 128,
  basicBlocks: 1024,
  stackSize: 1024,
  pushSize: 10_000,
  typeNodes: 256,
  dataDefinitions: 200,
  functionDefinitions: 1000,
  fields: 32,
  variants: 127,
  constantVectorLength: 262_144,
  identifierLength: 128,
  backEdges: 10_000,
  work: 16_000_000,
};
