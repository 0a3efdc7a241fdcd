// Written by scripts/bindings/evm.ts; change the contract, not this file.
export { accessManagerAbi } from './access-manager.ts';
export { dcapVerifierAbi } from './dcap-verifier.ts';
export { registryAbi } from './registry.ts';
export { outboxAbi } from './outbox.ts';
export { inboxAbi } from './inbox.ts';
export { messageRecipientAbi } from './message-recipient.ts';
