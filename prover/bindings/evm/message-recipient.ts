// Written by scripts/bindings/evm.ts; change the contract, not this file.
export const messageRecipientAbi = [
  {"inputs":[{"name":"originChain","type":"uint64"},{"name":"sender","type":"bytes32"},{"name":"messageId","type":"bytes32"},{"name":"nonce","type":"uint64"},{"name":"quorum","type":"uint32"},{"name":"body","type":"bytes"}],"name":"onMessage","outputs":[{"name":"selector","type":"bytes4"}],"stateMutability":"nonpayable","type":"function"},
] as const;
