/** What was chosen may be more than one call takes. */
import type { Done, Id } from '../../electron/api/types.ts';

export const AT_ONCE = 10_000;

/** One call after the other, until one of them could not do all of it. With how many messages it was done, together. */
export async function inPieces(
  ids: readonly Id[] | 'all',
  work: (ids: Id[] | 'all') => Promise<Done>,
): Promise<Done> {
  if (ids === 'all') return work('all');
  const all: Done = { messages: 0, stopped: null, newer: 0 };
  for (let at = 0; at < ids.length && all.stopped === null; at += AT_ONCE) {
    const { messages, stopped, newer } = await work(ids.slice(at, at + AT_ONCE));
    all.messages += messages;
    all.newer += newer;
    all.stopped = stopped;
  }
  return all;
}
