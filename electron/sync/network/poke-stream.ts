/**
 * The poke stream of one device: opens it, reads it, and gives up after 60 s of silence (the cloud beats every 25 s). Opening
 * it again is the engine's decision.
 */
import type { WatchResponse } from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import type { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { Timers } from '../run/timers.ts';
import type { CloudClient } from './cloud-client.ts';

export const SILENCE_MS = 60_000;

export type PokeStream = { close(): void };

export function openPokeStream(options: {
  cloud: CloudClient;
  /** Zones whose small changes are to come with their pokes. */
  carry: Zone[];
  timers: Timers;
  onPoke(poke: WatchResponse['poke']): void;
  /** Once, whatever ended it, unless it was `close`. */
  onClosed(error: unknown): void;
}): PokeStream {
  const abort = new AbortController();
  let closed = false;
  let cancelSilence = () => {};
  const listen = () => {
    cancelSilence();
    cancelSilence = options.timers.after(SILENCE_MS, () =>
      abort.abort(new Error('The poke stream fell silent.')),
    );
  };
  const read = async (): Promise<unknown> => {
    try {
      listen();
      for await (const response of options.cloud.events.watch(
        { carry: options.carry },
        { signal: abort.signal },
      )) {
        if (closed) {
          return null;
        }
        listen();
        options.onPoke(response.poke);
      }
      return null;
    } catch (error) {
      return error;
    }
  };
  void read().then((error) => {
    cancelSilence();
    if (!closed) {
      closed = true;
      options.onClosed(error);
    }
  });
  return {
    close() {
      closed = true;
      cancelSilence();
      abort.abort();
    },
  };
}
