/**
 * Several windows, or tabs, of one device: one of them notifies, and none while somebody looks at any. Both are Web Locks, which go with the
 * window that holds them, however it ends.
 */

const TELLER = 'lockstep-notifications';
const LOOKED_AT = 'lockstep-looked-at';

/** Calls once this window is the one that notifies. The answer ends that. */
export function becomeTeller(become: () => void): () => void {
  const end = new AbortController();
  if (navigator.locks === undefined) {
    become();
    return () => {};
  }
  const until = new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve()));
  navigator.locks
    .request(TELLER, { signal: end.signal }, () => {
      become();
      return until;
    })
    .catch((error: unknown) => {
      if (!end.signal.aborted) console.error('Which window notifies could not be agreed on.', error);
    });
  return () => end.abort();
}

/** Lets the other windows know while this one has the focus. The answer ends it. */
export function sayLookedAt(): () => void {
  const end = new AbortController();
  const { signal } = end;
  let letGo: (() => void) | null = null;
  const look = (): void => {
    if (letGo !== null || navigator.locks === undefined || !document.hasFocus()) return;
    const until = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    void navigator.locks.request(LOOKED_AT, { mode: 'shared' }, () => until);
  };
  const away = (): void => {
    letGo?.();
    letGo = null;
  };
  look();
  window.addEventListener('focus', look, { signal });
  window.addEventListener('blur', away, { signal });
  signal.addEventListener('abort', away);
  return () => end.abort();
}

/** Whether somebody looks at any window of this device. */
export async function isLookedAt(): Promise<boolean> {
  if (document.hasFocus()) return true;
  if (navigator.locks === undefined) return false;
  const { held } = await navigator.locks.query();
  return held?.some(({ name }) => name === LOOKED_AT) ?? false;
}
