/** What was chosen may be more than one call takes. */
import type { Id } from '../../electron/api/types.ts';

export const AT_ONCE = 10_000;

/** One call after the other. How many messages they were about, together. */
export async function inPieces(
  ids: readonly Id[] | 'all',
  work: (ids: Id[] | 'all') => Promise<{ messages: number }>,
): Promise<number> {
  if (ids === 'all') return (await work('all')).messages;
  let messages = 0;
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    messages += (await work(ids.slice(at, at + AT_ONCE))).messages;
  }
  return messages;
}
