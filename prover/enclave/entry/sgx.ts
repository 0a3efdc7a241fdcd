import { gramineAttester } from '../attestation/gramine.ts';
import { run } from '../main.ts';

await run(gramineAttester());
