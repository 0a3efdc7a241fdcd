/** A configuration of a deployment on EVM as its file has it. */
import { z } from 'zod';
import { hexText, readJsonAs, u64, whole } from '../fields.ts';
import type { EvmConfig } from './config.ts';
import { EvmDeployError } from './errors.ts';

const address = hexText(20);

const schema = z.object({
  network: z.string(),
  chainId: whole,
  governance: address,
  guardian: address,
  feeSink: address,
  revocationKey: address.nullable(),
  verifierRoot: hexText(32),
  challengeBlocks: whole,
  acceptedTcbStatuses: z.array(whole),
  minimumEvaluationNumber: whole,
  operators: z.array(address),
  entries: z.array(
    z.object({
      verifierNumber: whole,
      teeType: whole,
      notAfterSeconds: whole,
      registers: hexText(),
      attributesMask: hexText(32),
      attributesValue: hexText(32),
      launch: hexText(),
      configurationHash: hexText(32),
    }),
  ),
  lanes: z.array(z.object({ destinationChain: u64, fees: z.object({ base: u64, perByte: u64, perGas: u64 }) })),
  origins: z.array(
    z.object({
      chain: u64,
      outbox: hexText(32),
      generation: whole,
      policy: z.object({ signers: whole, operators: whole, platforms: whole, vendors: whole }),
    }),
  ),
});

/**
 * Reads a configuration; `checkConfig` judges it.
 * @throws EvmDeployError `InvalidConfiguration`, with every mistake
 */
export function parseConfig(text: string): EvmConfig {
  return readJsonAs(schema, text, (message) => new EvmDeployError('InvalidConfiguration', message));
}
