/**
 * Which measurement runs how often within the minutes there are. Everything once, small sizes first; then what took least is repeated, up to
 * as often as it wants: so repeats of the largest sizes are what is dropped. Pure: time and work come in.
 */
export type Item = {
  name: string;
  part: string;
  size: number;
  /** How many turns it wants. */
  turns: number;
  /** Before each turn; what it makes is made once, and its time is not the turn's. */
  prepare(): Promise<unknown>;
  /** One turn: all that is compared, one after the other. */
  turn(): Promise<void>;
};

export type Schedule = {
  /** Seconds that are left. */
  left(): number;
  now(): number;
  say(line: string): void;
  /** Its turn could not be taken: it gets no other. */
  failed(item: Item, error: unknown): void;
};

/** A size ten times as large at most is taken to last so many times as long. Of what is further apart nothing is known: much of a turn costs the same at any size. */
const expected = (item: Item, took: ReadonlyMap<Item, number>): number => {
  let best: { size: number; seconds: number } | null = null;
  for (const [other, seconds] of took) {
    if (other.part !== item.part || other.size >= item.size || other.size * 10 < item.size) continue;
    if (best === null || other.size > best.size) best = { size: other.size, seconds };
  }
  return best === null ? 0 : (best.seconds * item.size) / best.size;
};

export async function runAll(items: readonly Item[], { left, now, say, failed }: Schedule): Promise<void> {
  const took = new Map<Item, number>();
  const runs = new Map<Item, number>();
  const turn = async (item: Item): Promise<void> => {
    try {
      await item.prepare();
      const began = now();
      await item.turn();
      took.set(item, now() - began);
      runs.set(item, (runs.get(item) ?? 0) + 1);
    } catch (error) {
      runs.delete(item);
      failed(item, error);
    }
  };
  for (const item of items) {
    // What is small may be wrong by a lot; what is large by no more than a fifth.
    const needs = expected(item, took);
    if (needs * 0.8 > left()) {
      say(`${item.name}: left out, ${Math.round(left())} s are left and it needs about ${Math.round(needs)}`);
      continue;
    }
    await turn(item);
  }
  for (;;) {
    const waiting = [...runs].filter(([item, count]) => count < item.turns && took.get(item)! <= left());
    const [next] = waiting.sort(([a], [b]) => took.get(a)! - took.get(b)!);
    if (next === undefined) break;
    await turn(next[0]);
  }
  for (const [item, count] of runs) {
    if (count < item.turns) say(`${item.name}: ${count} of ${item.turns} runs, for want of time`);
  }
}
