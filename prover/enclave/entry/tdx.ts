import { tsmAttester } from '../attestation/tsm.ts';
import { run } from '../main.ts';

await run(tsmAttester());
