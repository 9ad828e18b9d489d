/**
 * Where a picture or a player of a message reads from, and what is wrong when it cannot. The device may have to fetch the file again, or hold
 * that it does not open (SPEC ATT-5, ATT-8); the browser may not know how to show it, though it is whole.
 */
import { useCallback, useEffect, useState } from 'react';
import type { Attachment } from '../../electron/api/types.ts';

/** coming: it is fetched again. damaged: it is not what its message says. cannotShow: it is whole, and can be saved. */
export type Trouble = 'coming' | 'damaged' | 'cannotShow';

export type Source = {
  /** As the device has said it, and what was met since. */
  now: Attachment;
  src: string;
  trouble: Trouble | null;
  onError: () => void;
};

const FIRST_LOOK_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export function useSource(attachment: Attachment): Source {
  const { url, state } = attachment;
  // Its address changes when its message is accepted: what plays, or was drawn, goes on by the one that it began with (ATT-9).
  const [src, setSrc] = useState(url);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  /** It was whole when it failed: asking again would not help. */
  const [wasWhole, setWasWhole] = useState(false);

  const onError = useCallback((): void => {
    if (src !== url) setSrc(url);
    else setTrouble(wasWhole ? 'cannotShow' : 'coming');
  }, [src, url, wasWhole]);

  useEffect(() => {
    if (trouble !== 'coming') return;
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (waitMs: number): Promise<void> => {
      const found = await lookAt(url, leaving.signal);
      if (leaving.signal.aborted) return;
      if (found === 'coming') {
        timer = setTimeout(() => void look(Math.min(waitMs * 2, LONGEST_WAIT_MS)), waitMs);
        return;
      }
      setWasWhole(found === 'whole');
      setTrouble(found === 'whole' ? null : 'damaged');
    };
    void look(FIRST_LOOK_MS);
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [trouble, url]);

  const told = trouble === 'cannotShow' || state !== 'here' ? null : trouble;
  return { now: told === null ? attachment : { ...attachment, state: told }, src, trouble, onError };
}

/** As the device says now. Nobody answering is not the file's fault. */
async function lookAt(url: string, signal: AbortSignal): Promise<'whole' | 'coming' | 'damaged'> {
  try {
    const answer = await fetch(url, { signal });
    await answer.body?.cancel();
    if (answer.status === 202) return 'coming';
    return answer.ok ? 'whole' : 'damaged';
  } catch {
    return 'coming';
  }
}
