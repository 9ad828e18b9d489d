/**
 * The cloud's time, asked for before something is dated that others go by for good (SPEC SYN-141). A clock may have been set since the cloud
 * was heard last, and nobody would have noticed yet. In the sync worker; the answer goes the way of every other time that the cloud says, so
 * `writeClock` is right afterwards.
 */
import type { StepContext } from '../context.ts';
import { numberOf } from '../network/answers.ts';
import { asking } from './cloud-failure.ts';

/** Asks the account's own cloud. Throws what `asking` makes of a cloud that does not answer; nothing is to be dated then. */
export async function hearTime(ctx: StepContext): Promise<void> {
  const { timeMs } = await asking(() => ctx.cloud.accounts.getCloudInfo({}, { signal: ctx.abort }));
  ctx.signal({ type: 'cloudTime', cloudMs: numberOf(timeMs) });
}
