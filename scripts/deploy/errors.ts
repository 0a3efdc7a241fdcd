/** Why nothing was deployed, or why what is deployed is not what was asked for. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

/** The deployer cannot pay; the message says what it has and what is needed. */
export class FundsError extends DeployError {
  readonly code = 'InsufficientFunds';
}

/** @throws DeployError unless a condition holds */
export function demand(condition: unknown, message: string): asserts condition {
  if (!condition) throw new DeployError(message);
}
