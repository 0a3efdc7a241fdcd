/** All services of the network, routed. */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { Devnet } from '../../devnet-api.ts';
import { Router } from '../router.ts';
import { serviceContext } from './context.ts';
import { executionService } from './execution.ts';
import { ledgerService } from './ledger.ts';
import { forkingService, nameService, signatureService } from './other.ts';
import { packageService } from './packages.ts';
import { stateService } from './state.ts';
import { subscriptionService } from './subscription.ts';

/** A router with every service that Sui's clients call. */
export function createRouter(devnet: Devnet): Router {
  const context = serviceContext(devnet);
  return new Router()
    .add(GrpcTypes.LedgerService, ledgerService(context))
    .add(GrpcTypes.StateService, stateService(context))
    .add(GrpcTypes.MovePackageService, packageService(context))
    .add(GrpcTypes.TransactionExecutionService, executionService(context))
    .add(GrpcTypes.SubscriptionService, subscriptionService(context))
    .add(GrpcTypes.SignatureVerificationService, signatureService())
    .add(GrpcTypes.NameService, nameService())
    .add(GrpcTypes.ForkingService, forkingService(context));
}
