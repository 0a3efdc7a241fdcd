/** Gas figures: how they are gathered, kept in a snapshot and compared with it. */
import type { network } from 'hardhat';

/** A connection to a simulated chain, as Hardhat gives it. */
export type Network = Awaited<ReturnType<typeof network.create>>;

/** Gas by name; names are snake_case and stay once they are in the snapshot. */
export type Figures = Record<string, number>;

/** A part of the benchmark: measures on a fresh chain of its own. */
export type Section = (network: Network) => Promise<Figures>;

/**
 * All sections' figures in one flat object.
 * @throws Error when two sections use one name, or a figure is not a positive whole number.
 */
export function merge(parts: readonly Figures[]): Figures {
  const figures: Figures = {};
  for (const [name, gas] of parts.flatMap((part) => Object.entries(part))) {
    if (name in figures) throw new Error(`two gas figures are named ${name}: rename one`);
    if (!Number.isSafeInteger(gas) || gas <= 0) throw new Error(`gas figure ${name} is ${gas}: measure it anew`);
    figures[name] = gas;
  }
  return figures;
}

/** One line for each name whose figure is not the snapshot's; empty when all are. */
export function differences(snapshot: Figures, figures: Figures): string[] {
  const names = new Set([...Object.keys(snapshot), ...Object.keys(figures)]);
  return [...names].flatMap((name) => {
    const [before, now] = [snapshot[name], figures[name]];
    if (before === now) return [];
    if (before === undefined) return [`${name}: ${now}, not in the snapshot`];
    if (now === undefined) return [`${name}: in the snapshot with ${before}, no longer measured`];
    return [`${name}: ${before} -> ${now} (${now > before ? '+' : ''}${now - before})`];
  });
}
