/** This device's session is over, for a reason that came from elsewhere: what is on the device stays, nothing is sent any more. */
import { getIdentity, setSession } from '../../store/identity.ts';
import type { StepContext } from '../context.ts';

export function endSession(
  ctx: Pick<StepContext, 'store' | 'keys' | 'signal'>,
  reason: 'removed' | 'stolen' | 'revoked',
): void {
  if (getIdentity(ctx.store)?.state !== 'active') return;
  setSession(ctx.store, null, reason);
  ctx.keys.set(null);
  ctx.signal({ type: 'signedOut', reason });
}
