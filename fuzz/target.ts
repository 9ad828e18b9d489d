/**
 * What a fuzz target is: one parser, or a few behind each other, that reads what others wrote; how honest input for it looks; how it is run;
 * and which failures are its answer to a bad input. Anything else that comes out is a bug (SPEC FUZ-*).
 */
import type { Shape } from './mutate.ts';

export type Running = {
  /** What honest ones write, made anew when the target is opened. The files of the corpus come beside it. */
  honest: readonly Uint8Array[];
  /** Run once as they are, and made nothing out of: large ones, in which what takes a square of its length shows. */
  also?: readonly Uint8Array[];
  /**
   * Runs one input and says in a word or two what came of it: what the input led to, for the counts. Throws what the parser throws, and
   * `Wrong` where its answer is not what it may be.
   */
  run(input: Uint8Array): string | Promise<string>;
  /** Where inputs are not made out of others: the one of a seed. */
  make?(seed: number): Uint8Array;
  /** A word for an error that the parser may answer with, null for any other. */
  foreseen(error: unknown): string | null;
  close?(): void | Promise<void>;
};

export type Target = {
  name: string;
  /** Whose bytes it reads, and where: for the table in SPEC. */
  reads: string;
  shape: Shape;
  /** How many of the seeded inputs `npm test` runs. */
  inTest: number;
  open(): Promise<Running>;
};

/** The answer is one that must not be given. */
export class Wrong extends Error {
  override name = 'Wrong';
}

export function check(holds: boolean, says: string): void {
  if (!holds) throw new Wrong(says);
}

/** What comes out is in proportion to what goes in: `times` as much, and a little. */
export function bounded(out: number, input: Uint8Array | string, times: number): void {
  check(out <= input.length * times + 65_536, `${input.length} in, ${out} out`);
}
