/**
 * The rule on entry functions that are not public: none of their arguments may hang together with a value that has still to be used
 * up, such as the receipt of a loan. Otherwise code of others could wrap itself around what the author of an entry
 * function left out of reach.
 *
 * Values that are used in one command, and what it returns, form a clique. A clique is hot while it holds values that can
 * neither be dropped nor stored, and for good once it took a shared object by value.
 */
import { ABILITY } from '../vm/types.ts';
import { argumentFailure, inCommand } from './failure.ts';
import type { Place, Program, TypedCommand } from './program.ts';

class Clique {
  #merged: Clique | null = null;
  #hotValues = 0;
  #alwaysHot = false;

  /** The clique that this one became part of. */
  get root(): Clique {
    if (!this.#merged) return this;
    let root = this.#merged;
    while (root.#merged) root = root.#merged;
    this.#merged = root;
    return root;
  }

  get isHot(): boolean {
    const { root } = this;
    return root.#alwaysHot || root.#hotValues > 0;
  }

  /** Adds (or, negative, removes) hot values. */
  heat(count: number): void {
    this.root.#hotValues += count;
  }

  heatForever(): void {
    this.root.#alwaysHot = true;
  }

  absorb(other: Clique): void {
    const [a, b] = [this.root, other.root];
    if (a === b) return;
    a.#hotValues += b.#hotValues;
    a.#alwaysHot ||= b.#alwaysHot;
    b.#merged = a;
  }
}

/** Checks the rule. Values are taken out of their cliques before a function is looked at: using the last one up is fine. */
export function checkPrivateEntry({ commands, context }: Program): void {
  const cliques = new Map<Place, Clique>();
  const cliqueOf = (place: Place): Clique => {
    let clique = cliques.get(place);
    if (!clique) cliques.set(place, (clique = new Clique()));
    return clique;
  };
  for (const command of commands) inCommand(command.index, () => checkCommand(command, context, cliqueOf));
}

function checkCommand(command: TypedCommand, context: Place, cliqueOf: (place: Place) => Clique): void {
  const args = command.arguments.filter(({ place }) => place !== context);
  for (const { place, move } of args) if (move && heats(place)) cliqueOf(place).heat(-1);
  const { action } = command;
  if (action.kind === 'call' && action.function.image.isEntry && action.function.image.visibility !== 'Public') {
    const hot = args.find(({ place }) => cliqueOf(place).isHot);
    if (hot) {
      const detail = 'it hangs together with a value that is yet to be used up; use that up first';
      throw argumentFailure('InvalidArgumentToPrivateEntryFunction', hot.index, detail);
    }
  }
  const clique = new Clique();
  for (const { place } of args) clique.absorb(cliqueOf(place));
  if (command.consumesShared) clique.heatForever();
  command.results.forEach((place, i) => {
    if (command.dropped[i]) return;
    cliqueOf(place).absorb(clique);
    if (heats(place)) clique.heat(1);
  });
}

/** Whether a value is hot: only results can be, inputs never are. */
function heats({ origin, type }: Place): boolean {
  return origin.kind === 'result' && !(type.abilities() & (ABILITY.DROP | ABILITY.STORE));
}
