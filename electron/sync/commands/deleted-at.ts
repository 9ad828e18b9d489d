import { msFromStamp } from '../../../shared/clock/hlc.ts';
import type { StepContext } from '../context.ts';

/**
 * When something was deleted: never before what this device has stamped already. A clock that was set back by a year, before anybody has
 * noticed, must not make the thirty days over at once (SPEC SYN-28).
 */
export function deletedAt(ctx: StepContext): number {
  return Math.max(ctx.writeClock.now(), msFromStamp(ctx.hlc.last));
}
