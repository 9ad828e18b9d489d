/** The few numbers that every measurement is told in. */

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values: the line between them. */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new Error('No values to take a quantile of.');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}

/** Medians of each number that all of the runs gave. */
export function medians(runs: readonly Record<string, number>[]): Record<string, number> {
  const [first, ...rest] = runs;
  if (first === undefined) return {};
  const names = Object.keys(first).filter((name) => rest.every((run) => run[name] !== undefined));
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name]!))]));
}
