/**
 * Runs one target over its kept inputs and over those of seeds, in the thread that calls it (worker.ts). The input of a seed follows from the
 * target, the seed and the corpus. Says what it found: crashes, wrong answers, inputs that cost too much, memory that is not given back.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { concatBytes } from '../shared/crypto/bytes.ts';
import { createDice } from '../shared/testing/dice.ts';
import { type Entry, kept } from './corpus.ts';
import { makeInput } from './mutate.ts';
import type { Running, Target } from './target.ts';

/** Of the processor, not of the clock: how long one input may take. */
const SLOWEST_MS = 1_500;
/** After so many that were slow, the rest would take all day. */
const MOST_SLOW = 3;
/** What may be held longer after many inputs than after some. */
const MOST_GROWTH = 32 * 1024 * 1024;
/** What is looked at after so many inputs is warm. */
const WARM = 3_000;

export type Found = { target: string; what: string; detail: string; seed: number | null; input: Uint8Array };

export type Outcome = {
  target: string;
  ran: number;
  found: Found[];
  /** What inputs led to, and how often. */
  led: Record<string, number>;
  /** Of each, the smallest input of a seed that led there. */
  examples: Record<string, Uint8Array>;
  growth: number;
};

export type RunOptions = {
  inputs: number;
  from?: number;
  /** Called with each seed before its input runs; -1 is a kept input. */
  at?: (seed: number, index: number) => void;
  /** Asked before each input: true ends the run. */
  over?: () => boolean;
  /** No more than so many are looked for. */
  most?: number;
  examples?: boolean;
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is given back is given back a moment later: buffers are swept beside. */
async function held(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export function inputOf(target: Target, corpus: readonly Uint8Array[], seed: number): Uint8Array {
  let salt = 0;
  for (const char of target.name) salt = (salt * 31 + char.charCodeAt(0)) >>> 0;
  return makeInput(target.shape, corpus, createDice((Math.imul(seed, 0x9e3779b1) ^ salt) >>> 0));
}

/** In a seed's place, once all have run: what is held is measured, and the target is closed. */
export const AFTER_ALL = -2;

export async function runTarget(target: Target, options: RunOptions): Promise<Outcome> {
  const { inputs, from = 0, at, most = 5 } = options;
  const entries = kept(target);
  let running = await target.open();
  const corpus = [...running.honest, ...entries.map(({ input }) => input)];
  const outcome: Outcome = { target: target.name, ran: 0, found: [], led: {}, examples: {}, growth: 0 };
  const seen = new Set<string>();
  let slow = 0;

  const one = async (input: Uint8Array, seed: number | null): Promise<void> => {
    const { led, trouble } = await tried(running, input);
    outcome.ran += 1;
    outcome.led[led] = (outcome.led[led] ?? 0) + 1;
    if (options.examples === true && seed !== null && input.length < (outcome.examples[led]?.length ?? 2_000))
      outcome.examples[led] = input;
    if (trouble?.slow === true) slow += 1;
    if (trouble === null || seen.has(trouble.what)) return;
    seen.add(trouble.what);
    const again = async (less: Uint8Array) => (await tried(running, less)).trouble?.what === trouble.what;
    const small = trouble.slow ? input : await shrunk(input, again);
    outcome.found.push({
      target: target.name,
      what: trouble.what,
      detail: trouble.detail,
      seed,
      input: small,
    });
    if (trouble.reopen) {
      await running.close?.();
      running = await target.open();
    }
  };

  for (const [index, { input }] of [...honestEntries(running), ...entries].entries()) {
    at?.(-1, index);
    await one(input, null);
  }
  let before: number | null = null;
  for (let i = 0; i < inputs && outcome.found.length < most && slow < MOST_SLOW; i++) {
    if (options.over?.() === true) break;
    const seed = from + i;
    at?.(seed, i);
    await one(running.make?.(seed) ?? inputOf(target, corpus, seed), seed);
    if (i === WARM) before = await held();
  }
  at?.(AFTER_ALL, inputs);
  if (before !== null) {
    outcome.growth = (await held()) - before;
    if (outcome.growth > MOST_GROWTH)
      outcome.found.push({
        target: target.name,
        what: 'memory grows',
        detail: `${Math.round(outcome.growth / 1024 / 1024)} MiB more after ${inputs} inputs than after ${WARM}`,
        seed: null,
        input: new Uint8Array(0),
      });
  }
  await running.close?.();
  return outcome;
}

const honestEntries = ({ honest, also = [] }: Running): Entry[] =>
  [...honest, ...also].map((input, index) => ({ name: `honest ${index}`, input }));

type Trouble = { what: string; detail: string; slow: boolean; reopen: boolean };

async function tried(running: Running, input: Uint8Array): Promise<{ led: string; trouble: Trouble | null }> {
  const began = performance.now();
  const cpu = process.threadCpuUsage();
  let led: string;
  let trouble: Trouble | null = null;
  try {
    const answer = running.run(input);
    led = typeof answer === 'string' ? answer : await answer;
  } catch (error) {
    const word = running.foreseen(error);
    led = word ?? 'CRASH';
    if (word === null) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      trouble = {
        what: `${name} ${message}`.replace(/\d+/g, 'N').slice(0, 100),
        detail: stack ?? message,
        slow: false,
        reopen: true,
      };
    }
  }
  if (performance.now() - began > SLOWEST_MS) {
    const { user, system } = process.threadCpuUsage(cpu);
    const ms = Math.round((user + system) / 1000);
    if (ms > SLOWEST_MS)
      trouble = {
        what: 'slow',
        detail: `${input.length} bytes took ${ms} ms of the processor`,
        slow: true,
        reopen: false,
      };
  }
  return { led, trouble };
}

/** Smaller, as long as it fails the same way. */
async function shrunk(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let now = input;
  if (!(await fails(now))) return now;
  let tries = 0;
  for (let size = Math.ceil(now.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < now.length && tries < 2_000; ) {
      const less = concatBytes(now.subarray(0, at), now.subarray(at + size));
      tries += 1;
      if (less.length < now.length && (await fails(less))) now = less;
      else at += size;
    }
  }
  return now;
}
