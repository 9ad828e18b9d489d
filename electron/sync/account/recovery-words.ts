/** The recovery words after sign-up: shown, two asked back, then forgotten here (SPEC TRU-12). */
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { keepRecoveryQuestion, type RecoveryQuestion, recoveryQuestion } from './pending.ts';

/** Two different places, counted from 0, in order. */
export function questionFor(ctx: Pick<StepContext, 'random'>, words: string[]): RecoveryQuestion {
  const [a = 0, b = 0] = ctx.random(2);
  const first = a % words.length;
  const second = (first + 1 + (b % (words.length - 1))) % words.length;
  return { words, ask: first < second ? [first, second] : [second, first] };
}

export function confirmRecovery(ctx: StepContext, input: { answers: [string, string] }): null {
  const question = recoveryQuestion(ctx.store);
  if (question === null) return null;
  const right = question.ask.every(
    (place, index) => input.answers[index]?.trim().toLowerCase() === question.words[place],
  );
  if (!right) {
    const [first, second] = question.ask;
    throw new SyncFailure(
      'wrongWords',
      `These are not words ${first + 1} and ${second + 1} of the recovery key.`,
    );
  }
  ctx.store.write(() => keepRecoveryQuestion(ctx.store, null));
  return null;
}
