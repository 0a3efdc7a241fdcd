import { dstackAttester } from '../attestation/dstack.ts';
import { run } from '../main.ts';

await run(dstackAttester());
