import { pino, type Logger } from 'pino';

/** One JSON object a line. Nothing secret is ever given to it. */
export type Log = Logger;

/** @param destination where lines go; standard error by default, so that results keep standard output */
export function createLog(level: string, name: string, destination?: { write(line: string): void }): Log {
  return pino({ level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime }, destination ?? pino.destination(2));
}
