/**
 * A piece of the device's state that a view shows: asked for when first needed, asked for again when an event says it
 * changed. Answers that arrive out of order are dropped; a failure keeps what was shown and is said beside it.
 */
import { create } from 'zustand';
import type { ApiFailure } from '../../electron/api/types.ts';
import { failureOf } from './api.ts';

type ResourceState<T> = { data: T | null; failure: ApiFailure | null; loading: boolean };

export function createResource<T>(ask: () => Promise<T>) {
  const use = create<ResourceState<T>>(() => ({ data: null, failure: null, loading: false }));
  let newest = 0;
  let wanted = false;

  async function load(): Promise<void> {
    wanted = true;
    const mine = ++newest;
    use.setState({ loading: true });
    try {
      const data = await ask();
      if (mine === newest) use.setState({ data, failure: null, loading: false });
    } catch (error) {
      if (mine === newest) use.setState({ failure: failureOf(error), loading: false });
    }
  }
  return {
    use,
    load,
    /** Asks again, if anybody asked before. */
    refresh: (): Promise<void> => (wanted ? load() : Promise.resolve()),
    /**
     * A part of it became known by itself. What is asked for just now may be from before that or from after: it is asked for again, so that nothing
     * that it would have brought is missing.
     */
    patch: (data: T): void => {
      const asking = use.getState().loading;
      newest++;
      use.setState({ data, failure: null, loading: false });
      if (asking) void load();
    },
    set: (data: T): void => {
      newest++;
      wanted = true;
      use.setState({ data, failure: null, loading: false });
    },
    forget: (): void => {
      newest++;
      wanted = false;
      use.setState({ data: null, failure: null, loading: false });
    },
  };
}
