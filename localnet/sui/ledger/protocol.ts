/**
 * The figures of Sui's protocol configuration that this network uses, as of protocol version 105 on an unnamed chain.
 * They are served to clients as protocol attributes under the same names.
 */
export const PROTOCOL_VERSION = 105n;

/** Units are those of Sui's configuration: bytes, MIST, gas units or counts. */
export const PROTOCOL = {
  max_tx_size_bytes: 128 * 1024,
  max_input_objects: 2048,
  max_gas_payment_objects: 256,
  max_programmable_tx_commands: 1024,
  max_arguments: 512,
  max_type_arguments: 16,
  max_type_argument_depth: 16,
  max_pure_argument_size: 16 * 1024,
  max_tx_gas: 50_000_000_000_000,
  gas_rounding_step: 1000,
  obj_access_cost_read_per_byte: 15,
} as const;

/** Price of a gas unit in MIST when nothing else is configured. */
export const DEFAULT_REFERENCE_GAS_PRICE = 1000n;
