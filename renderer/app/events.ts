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
const AGAIN_MS = 1000;

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
      let subscription: { unsubscribe(): void } | null = null;
      let again: ReturnType<typeof setTimeout> | null = null;
      const lost = (): void => share({ kind: 'connected', connected: false });
      // The device ends the stream when it stops: to the client that is an end like any other, and nobody begins anew.
      const over = (): void => {
        if (end.signal.aborted || again !== null) return;
        lost();
        again = setTimeout(() => {
          again = null;
          subscription?.unsubscribe();
          begin();
        }, AGAIN_MS);
      };
      const begin = (): void => {
        subscription = api.events.subscribe.subscribe(undefined, {
          onStarted: () => share({ kind: 'connected', connected: true }),
          onData: (event) => share({ kind: 'event', event }),
          onConnectionStateChange: (change) => {
            if (change.state === 'connecting' && change.error !== null) lost();
          },
          onError: over,
          onComplete: over,
        });
      };
      begin();
      end.signal.addEventListener(
        'abort',
        () => {
          if (again !== null) clearTimeout(again);
          subscription?.unsubscribe();
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
