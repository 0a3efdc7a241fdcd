import { DeployError } from '../errors.ts';

/** Why nothing is deployed, or what was deployed cannot be used. */
export type DeploymentRule =
  | 'WrongChain'
  | 'InvalidAccount'
  | 'InvalidPolicy'
  | 'TooFewOperators'
  | 'SimulatedRoot'
  | 'InvalidConfiguration'
  | 'TransactionFailed'
  | 'ReadBackDiffers';

/** A `DeployError` whose `code` names the rule; the message says what to do. */
export class EvmDeployError extends DeployError {
  readonly code: DeploymentRule;
  constructor(code: DeploymentRule, message: string) {
    super(message);
    this.code = code;
  }
}
