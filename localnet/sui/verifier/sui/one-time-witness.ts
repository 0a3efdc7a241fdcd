// One-time witness: a type named like its module, in capitals, with one field of type bool. Its only value is made by the
// machine and given to `init`, so whoever is shown one knows that this is the module's publication.

import { INIT } from './entry-points.ts';
import { qualified } from './names.ts';
import type { ModuleView, StructView } from '../view.ts';
import { ABILITY } from '../../vm/types.ts';

/** Modules whose witness is made in genesis, or by the bridge, without `init`. */
const EXEMPT: ReadonlySet<string> = new Set(['2::sui', 'b::btc', 'b::eth', 'b::usdc', 'b::usdt']);

function findWitness(view: ModuleView): StructView | undefined {
  const name = view.id.name.toUpperCase();
  const found = view.structs.find((s) => s.handle.name === name);
  return found?.fields.length === 1 && found.fields[0]!.type.kind === 'bool' ? found : undefined;
}

/** @throws VerificationError ONE_TIME_WITNESS */
export function checkOneTimeWitness(view: ModuleView): void {
  if (EXEMPT.has(qualified(view.id, '').slice(0, -2))) return;
  const witness = findWitness(view);
  if (witness && (witness.handle.abilities !== ABILITY.DROP || witness.handle.constraints.length > 0)) {
    const detail = `${witness.handle.name} is named as a one-time witness, so it must have drop alone and no type parameters`;
    view.fail('ONE_TIME_WITNESS', detail);
  }
  for (const fn of view.functions) {
    if (fn.name === INIT) {
      const [first] = fn.handle.parameters;
      const takesWitness =
        fn.handle.parameters.length === 2 && first!.kind === 'datatype' && first!.index === witness?.handle.index;
      if (witness && !takesWitness) {
        view.fail('ONE_TIME_WITNESS', `init must take the witness ${witness.handle.name} first, then the context`, fn);
      }
      if (!witness && fn.handle.parameters.length !== 1) {
        const detail = `init takes the context alone: the module has no one-time witness ${view.id.name.toUpperCase()}`;
        view.fail('ONE_TIME_WITNESS', detail, fn);
      }
    }
    fn.code?.instructions.forEach(({ op, operand }, at) => {
      if (witness && op === 'Pack' && operand === witness.index) {
        view.fail('ONE_TIME_WITNESS', `a second ${witness.handle.name} would be made`, fn, at);
      }
    });
  }
}
