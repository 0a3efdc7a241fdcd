/** `sui.rpc.v2.TransactionExecutionService`: simulate and execute. */
import { GrpcTypes } from '@mysten/sui/grpc';
import type { SimulateOptions, Simulation } from '../../devnet-api.ts';
import { readTransactionData } from '../../ledger/codec/transaction.ts';
import { readEffects } from '../../ledger/effects.ts';
import type { CommandResult, CommandValue } from '../../ledger/outcome.ts';
import { FieldMask } from '../field-mask.ts';
import { renderJson } from '../json.ts';
import { bcsMessage } from '../render/common.ts';
import { renderExecuted, renderSimulated } from '../render/executed.ts';
import { renderArgument } from '../render/transaction.ts';
import {
  checkTransaction,
  completeTransaction,
  convertSignature,
  encodeTransaction,
  type DataV1,
} from '../resolve/convert.ts';
import { estimateBudget, selectGas } from '../resolve/gas.ts';
import { resolveTransaction } from '../resolve/resolve.ts';
import type { Handlers } from '../router.ts';
import { RpcStatus, missing } from '../status.ts';
import { PROTOCOL } from '../../ledger/protocol.ts';
import type { ServiceContext } from './context.ts';

/** Fields of an executed transaction that only exist once its checkpoint does: Sui leaves them out of the answer. */
const MASK_BEFORE_CHECKPOINT = ['checkpoint', 'timestamp', 'transactionIndex'] as const;

export function executionService(context: ServiceContext): Handlers {
  const { devnet, ledger, packages } = context;

  const simulate = async (transaction: Uint8Array, options: SimulateOptions): Promise<Simulation> =>
    devnet.simulate(transaction, options);

  /** Budget of a transaction whose message has none, from a simulation with a mock coin. */
  const estimate = async (transaction: Uint8Array, coins: number): Promise<bigint> => {
    const data = readTransactionData(transaction).V1;
    const probe = { ...data, gasData: { ...data.gasData, payment: [], budget: PROTOCOL.max_tx_gas } };
    const simulation = await simulate(encodeTransaction(probe as DataV1), {
      checks: true,
      mockGas: true,
      outputs: false,
    });
    const { status, gasUsed } = readEffects(simulation.transaction.effects);
    if (status.$kind === 'Failure') {
      const { error, command } = status.Failure;
      const place = command === null ? '' : ` in command ${command}`;
      throw new RpcStatus(
        'INVALID_ARGUMENT',
        `Budget estimation failed with status: ${JSON.stringify(error)}${place}.`,
      );
    }
    const mock = simulation.transaction.after.find((object) => object.id === simulation.mockGasId);
    const costs = {
      computationCost: BigInt(gasUsed.computationCost),
      storageCost: BigInt(gasUsed.storageCost),
      storageRebate: BigInt(gasUsed.storageRebate),
      nonRefundableStorageFee: BigInt(gasUsed.nonRefundableStorageFee),
    };
    return estimateBudget(costs, ledger.currentEpoch.referenceGasPrice, mock?.storageRebate ?? 0n, coins);
  };

  /** Sets budget and payment where the message leaves them open. */
  const withGas = async (message: GrpcTypes.Transaction, transaction: Uint8Array): Promise<Uint8Array> => {
    const data = readTransactionData(transaction).V1;
    const open = message.gasPayment?.budget === undefined && message.bcs?.value === undefined;
    if (open) {
      const available = BigInt(data.gasData.budget);
      const budget = await estimate(transaction, data.gasData.payment.length);
      if (available < budget) {
        throw new RpcStatus(
          'INVALID_ARGUMENT',
          'Insufficient gas balance to cover estimated transaction cost. ' +
            `Available gas balance: ${available} MIST. Estimated gas budget required: ${budget} MIST`,
        );
      }
      data.gasData.budget = String(budget);
    }
    if (data.gasData.payment.length === 0) Object.assign(data.gasData, selectGas(ledger, data, open));
    return encodeTransaction(data as DataV1);
  };

  return {
    SimulateTransaction: async (request: GrpcTypes.SimulateTransactionRequest) => {
      const mask = FieldMask.parse(GrpcTypes.SimulateTransactionResponse, request.readMask, '*');
      if (!request.transaction) throw missing('transaction');
      const checks = request.checks !== GrpcTypes.SimulateTransactionRequest_TransactionChecks.DISABLED;
      const selectsGas = checks && request.doGasSelection === true;
      let transaction = openTransaction(request.transaction);
      if (selectsGas) transaction = await withGas(request.transaction, transaction);
      const outputs = mask.has('command_outputs');
      const simulation = await simulate(transaction, { checks, mockGas: !selectsGas, outputs });
      const response: Partial<GrpcTypes.SimulateTransactionResponse> = {};
      const inner = mask.sub('transaction');
      if (inner) response.transaction = renderSimulated(simulation.transaction, inner, context);
      if (outputs) response.commandOutputs = simulation.commands.map(renderCommandResult);
      if (mask.has('suggested_gas_price')) response.suggestedGasPrice = ledger.currentEpoch.referenceGasPrice;
      return response;
    },

    ExecuteTransaction: async (request: GrpcTypes.ExecuteTransactionRequest) => {
      const mask = FieldMask.parse(GrpcTypes.ExecutedTransaction, request.readMask, 'effects');
      if (!request.transaction) throw missing('transaction');
      const transaction = completeTransaction(request.transaction);
      const signatures = request.signatures.map(convertSignature);
      const committed = await devnet.execute(transaction, signatures);
      const message = renderExecuted(committed, mask, context);
      for (const field of MASK_BEFORE_CHECKPOINT) delete message[field];
      return { transaction: message };
    },
  };

  /** BCS of a transaction that may leave things open. */
  function openTransaction(message: GrpcTypes.Transaction): Uint8Array {
    if (message.bcs?.value) return checkTransaction(message.bcs.value);
    let complete: Uint8Array | undefined;
    try {
      complete = completeTransaction(message);
    } catch (error) {
      // Something is open or wrong; resolving tells which.
      if (!(error instanceof RpcStatus)) throw error;
    }
    return complete ?? encodeTransaction(resolveTransaction(message, ledger, packages));
  }

  function renderCommandResult({ returnValues, mutatedReferences }: CommandResult): GrpcTypes.CommandResult {
    return { returnValues: returnValues.map(renderValue), mutatedByRef: mutatedReferences.map(renderValue) };
  }

  function renderValue({ type, value, argument }: CommandValue): GrpcTypes.CommandOutput {
    const json = renderJson(packages, type, value);
    return {
      value: bcsMessage(type, value),
      ...(argument ? { argument: renderArgument(argument) } : {}),
      ...(json ? { json } : {}),
    };
  }
}
