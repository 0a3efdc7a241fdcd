/** What configuration files of deployments are made of, and all that is wrong with one at once. */
import { z } from 'zod';

/** Bytes as hex with 0x: exactly so many, or any number. */
export const hexText = (bytes?: number) =>
  z
    .string()
    .regex(bytes === undefined ? /^0x(?:[0-9a-fA-F]{2})*$/ : new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), {
      error: bytes === undefined ? 'bytes in hex with 0x' : `${bytes} bytes in hex with 0x`,
    })
    .transform((text) => text as `0x${string}`);

/** The same as bytes. */
export const bytesText = (bytes?: number) =>
  hexText(bytes).transform((text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')));

/** An unsigned integer of 64 bits, as decimal text where it may be above 2^53. */
export const u64 = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d{1,20}$/)], {
    error: 'a number, as decimal text above 2^53',
  })
  .transform((value) => BigInt(value));

export const whole = z.number().int().nonnegative();

/**
 * Reads a configuration.
 * @param refuse makes the error of a text that is no JSON, or not of this form
 */
export function readJsonAs<T>(schema: z.ZodType<T>, text: string, refuse: (message: string) => Error): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`the configuration is not JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || '(whole file)'}: ${message}`);
  throw refuse(`the configuration is wrong:\n  ${problems.join('\n  ')}`);
}
