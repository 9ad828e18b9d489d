/**
 * The cloud's time, asked for: before something is dated that others go by for good (SPEC SYN-141), and where a time that it has said does not
 * agree with this device's (run/said-time.ts). A clock may have been set since the cloud was heard last, and nobody would have noticed yet. In
 * the sync worker; `writeClock` is right afterwards.
 */
import type { StepContext } from '../context.ts';
import { CLOCK_TOLERANCE_MS } from '../engine/state.ts';
import { SyncFailure } from '../failure.ts';
import { garbled, numberOf } from '../network/answers.ts';
import { lockstepError } from '../network/errors.ts';
import { asking } from './cloud-failure.ts';

const TRIES = 3;

/**
 * An answer with the cloud's time in it, which holds only if it comes soon: should the computer have slept meanwhile, or its clock have been set,
 * it is asked for again. Throws what `asking` makes of a cloud that does not answer; nothing is to be dated then.
 */
export async function askTime<T extends { timeMs: bigint }>(
  ctx: StepContext,
  ask: () => Promise<T>,
): Promise<T> {
  for (let left = TRIES; left > 0; left -= 1) {
    const hereMs = ctx.clock.now();
    const at = ctx.timers.elapsed();
    const hear = (timeMs: bigint): boolean => {
      const tookMs = Math.max(ctx.timers.elapsed() - at, Math.abs(ctx.clock.now() - hereMs));
      if (tookMs > CLOCK_TOLERANCE_MS) return false;
      ctx.signal({ type: 'cloudTime', cloudMs: numberOf(timeMs), asked: true });
      return true;
    };
    const answer = await asking(() =>
      ask().catch((error: unknown) => {
        // A refusal is an answer, too, and says the time.
        const timeMs = lockstepError(error)?.cloudTimeMs ?? 0n;
        if (timeMs > 0n) hear(timeMs);
        throw error;
      }),
    );
    if (answer.timeMs === 0n) throw garbled('The cloud does not say what time it is.');
    if (hear(answer.timeMs)) return answer;
  }
  throw new SyncFailure(
    'cloudUnreachable',
    'The cloud’s answers come too late. Check the connection and try again.',
  );
}

/** Of the account's own cloud. */
export async function hearTime(ctx: StepContext): Promise<void> {
  await askTime(ctx, () => ctx.cloud.accounts.getCloudInfo({}, { signal: ctx.abort }));
}
