/** What other files have registered, once more on a PostgreSQL server. The last file by name, so that all others come first. */
import { repeatOnPostgres } from './world.ts';

repeatOnPostgres();
