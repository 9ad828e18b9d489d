/** A failure in words a person understands. Reasons without words of their own get an honest general text. */
import type { TFunction } from 'i18next';
import type { ApiFailure } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';

export function failureText(t: TFunction, failure: ApiFailure): string {
  const { reason, retryAfterMs } = failure;
  if (reason === 'rateLimited' && retryAfterMs !== null && retryAfterMs > 0)
    return t('failure.rateLimitedFor', { count: Math.ceil(retryAfterMs / 1000) });
  if (Object.hasOwn(en.failure, reason) && reason !== 'general') return t(`failure.${reason}`);
  return t('failure.general', { reason });
}
