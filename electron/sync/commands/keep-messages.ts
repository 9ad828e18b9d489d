/** Keep Messages: what choosing it would delete, and choosing it. The account's while the switch is on, else this device's own. */
import {
  chooseKeep,
  DAY_MS,
  daysInForce,
  isShorter,
  NOTICE_MS,
} from '../../../shared/model/keep-messages.ts';
import { attachmentsBefore, countBefore, getKeep, keepScope } from '../../store/keep-messages.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import type { CommandInput, CommandResult } from '../protocol.ts';
import { writeKeep } from '../zones/keep.ts';
import { currentKeys } from '../zones/names.ts';

export function keepPreview(
  ctx: StepContext,
  { days }: CommandInput<'keepPreview'>,
): CommandResult<'keepPreview'> {
  const { store } = ctx;
  currentKeys(ctx);
  const scope = keepScope(store);
  const now = ctx.writeClock.now();
  const complete = scope === 'device' || getZoneState(store, 'messages').phase === 'following';
  if (days === 0 || !isShorter(days, daysInForce(getKeep(store, scope), now))) {
    return { scope, complete, messages: 0, attachments: 0, before: null, effectiveAt: null };
  }
  const effectiveAt = now + NOTICE_MS;
  const before = effectiveAt - days * DAY_MS;
  return {
    scope,
    complete,
    messages: countBefore(store, before),
    attachments: attachmentsBefore(store, before),
    before,
    effectiveAt,
  };
}

export function setKeepMessages(ctx: StepContext, { days }: CommandInput<'setKeepMessages'>): void {
  // Throws when nobody is signed in: there is nobody's setting to change.
  currentKeys(ctx);
  const scope = keepScope(ctx.store);
  const now = ctx.writeClock.now();
  const before = getKeep(ctx.store, scope);
  const keep = chooseKeep(before, days, now);
  if (keep !== before) {
    writeKeep(ctx, scope, keep, now);
  }
}
