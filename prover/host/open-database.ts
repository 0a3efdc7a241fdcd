import { readSecret, type HostConfig } from './config.ts';
import { openDatabase, type Database } from './store/database.ts';

/**
 * Opens the database that a configuration names.
 * @throws ConfigError when its secret is missing
 */
export async function openHostDatabase({ database }: HostConfig): Promise<Database> {
  if (database.kind === 'postgres') {
    return openDatabase({ kind: 'postgres', url: readSecret(database.url, 'database.url') });
  }
  return openDatabase({ kind: 'pglite', ...(database.folder === undefined ? {} : { folder: database.folder }) });
}
