/**
 * The checks while their page is open: run when it opens, when asked again, and when something of what they look at has changed; never
 * twice at once, and by itself not more often than every few seconds.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TroubleshootingRun } from '../../../electron/api/troubleshooting-types.ts';
import type { ApiFailure } from '../../../electron/api/types.ts';
import { api, failureOf } from '../../app/api.ts';
import { devices, notices, status } from '../../app/state.ts';
import { countOf, deletedList, useDeleted } from '../../deletes/deleted-list.ts';

const CALM_MS = 3000;

type State = { run: TroubleshootingRun | null; failure: ApiFailure | null; busy: boolean };

export function useTroubleshooting(): State & { again: () => Promise<void> } {
  const [state, setState] = useState<State>({ run: null, failure: null, busy: true });
  const running = useRef<Promise<void> | null>(null);
  const wanted = useRef(false);

  const once = useCallback(async (): Promise<void> => {
    setState((before) => ({ ...before, busy: true }));
    try {
      const run = await api.troubleshooting.run.query();
      setState({ run, failure: null, busy: false });
    } catch (error) {
      setState((before) => ({ ...before, failure: failureOf(error), busy: false }));
    }
  }, []);
  /** Asked while it runs: once more, since what made somebody ask may have come too late for this one. */
  const again = useCallback((): Promise<void> => {
    if (running.current !== null) {
      wanted.current = true;
      return running.current;
    }
    const work = async (): Promise<void> => {
      do {
        wanted.current = false;
        await once();
      } while (wanted.current);
      running.current = null;
    };
    running.current = work();
    return running.current;
  }, [once]);

  useEffect(() => void again(), [again]);
  const seen = useChanges();
  const before = useRef<string | null>(null);
  useEffect(() => {
    const known = before.current;
    if (seen === null || seen === known) return;
    before.current = seen;
    if (known === null) return; // loaded, not changed
    const timer = setTimeout(() => void again(), CALM_MS);
    return () => clearTimeout(timer);
  }, [seen, again]);
  return { ...state, again };
}

/** Changes when something did that a check looks at; null until all of it is known. */
function useChanges(): string | null {
  const sync = status.use((one) => one.data);
  const list = devices.use((one) => one.data);
  const open = notices.use((one) => one.data);
  const deleted = useDeleted((one) => one.groups);
  useEffect(() => {
    void devices.load();
    void notices.load();
    return deletedList.watch();
  }, []);
  if (sync === null || list === null || open === null || deleted === null) return null;
  return JSON.stringify([
    sync.switch,
    sync.phase,
    sync.paused?.reason,
    list.map(({ name, switchOn, appVersion }) => [name, switchOn, appVersion]),
    open.length,
    countOf(deleted),
  ]);
}
