/**
 * Live events, one stream per browser. The tabs of a window agree by a Web Lock on who listens; that one passes every
 * event on over a BroadcastChannel (six open streams would block a page's next request). When the listening tab goes,
 * the lock passes to another, whose stream begins with everything again.
 */
import type { ApiEvent } from '../../electron/api/types.ts';
import { api } from './api.ts';

type Shared = { kind: 'event'; event: ApiEvent } | { kind: 'connected'; connected: boolean };
type Listener = { onEvent: (event: ApiEvent) => void; onConnected: (connected: boolean) => void };

const NAME = 'lockstep-events';

/** Starts listening; the answer ends it. */
export function listen(listener: Listener): () => void {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
  const end = new AbortController();
  const deliver = (shared: Shared): void => {
    if (shared.kind === 'event') listener.onEvent(shared.event);
    else listener.onConnected(shared.connected);
  };
  if (channel !== null) channel.onmessage = (message: MessageEvent<Shared>) => deliver(message.data);

  const lead = (): Promise<void> =>
    new Promise((done) => {
      const share = (shared: Shared): void => {
        channel?.postMessage(shared);
        deliver(shared);
      };
      const subscription = api.events.subscribe.subscribe(undefined, {
        onStarted: () => share({ kind: 'connected', connected: true }),
        onData: (event) => share({ kind: 'event', event }),
        onConnectionStateChange: (change) => {
          if (change.state === 'connecting' && change.error !== null)
            share({ kind: 'connected', connected: false });
        },
        onError: () => share({ kind: 'connected', connected: false }),
      });
      end.signal.addEventListener(
        'abort',
        () => {
          subscription.unsubscribe();
          done();
        },
        { once: true },
      );
    });

  if (navigator.locks === undefined) void lead();
  else
    navigator.locks.request(NAME, { signal: end.signal }, lead).catch((error: unknown) => {
      if (!end.signal.aborted) console.error('Live events could not be shared between tabs.', error);
    });
  return () => {
    end.abort();
    channel?.close();
  };
}
