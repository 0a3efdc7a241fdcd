/** Why nothing was deployed, or why what is deployed is not what was asked for. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

/** @throws DeployError unless a condition holds */
export function demand(condition: unknown, message: string): asserts condition {
  if (!condition) throw new DeployError(message);
}
