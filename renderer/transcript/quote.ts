/** The line above an answer: whom it answers, and what. Pure. */
import type { TFunction } from 'i18next';
import type { ReplyQuote } from '../../electron/api/types.ts';
import { messageLine } from '../attachments/kinds.ts';

const LONGEST = 200;

/** Of what has no text here (any more), it says why: after "Reply to Anna:" one waits for something (SPEC UI-156). */
export function quoteText(t: TFunction, quote: ReplyQuote): string {
  const name = quote.senderName;
  if (quote.unsent) return t('transcript.replyToUnsent', { name });
  if (quote.id === '') return t('transcript.replyToMissing', { name });
  const text = messageLine(t, quote.text, quote.attachments).slice(0, LONGEST);
  return t('transcript.replyTo', { name, text });
}
