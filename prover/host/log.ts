import { pino, type Logger } from 'pino';

/** One JSON object a line. Nothing secret is ever given to it; what libraries say may have URLs, with keys in them. */
export type Log = Logger;

/** @param destination where lines go; standard error by default, so that results keep standard output */
export function createLog(level: string, name: string, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: (fields: Record<string, unknown>) => redactAll(fields) },
  };
  return pino(options, destination ?? pino.destination(2));
}

function redactAll(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
  );
}

/** Longest text of one field: an error may repeat a whole request. */
const MAX_TEXT = 2_000;

/** A text with scheme and host alone of each URL in it: nodes, databases and services take keys in the rest. */
export function redact(text: string): string {
  const shown = text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/?#"'<>]*@)?([^\s/?#"'<>]*)[^\s"'<>]*/gi, '$1$2');
  return shown.length > MAX_TEXT ? `${shown.slice(0, MAX_TEXT)}…` : shown;
}
