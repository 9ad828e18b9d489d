/**
 * Fans the worker's events out to the windows' event streams. Each stream has its own small backlog in which events
 * of a kind melt together, so a slow window costs nothing and misses nothing. A stream ends with its signal; then
 * nothing of it is left here.
 */
import type { ApiEvent, Id } from '../api/types.ts';

/** More than this many ids of one kind, and "all" is the shorter thing to say. */
const IDS_AT_MOST = 200;

export type EventHub = {
  emit(event: ApiEvent): void;
  /** Begins with `first`, and goes on until the signal or `close`. */
  subscribe(signal: AbortSignal, first: readonly ApiEvent[]): AsyncGenerator<ApiEvent, void, void>;
  close(): void;
  /** How many streams are open: for tests, and to know whether anybody looks. */
  readonly size: number;
};

export function createEventHub(): EventHub {
  const backlogs = new Set<Backlog>();
  const closing = new AbortController();
  return {
    emit(event) {
      for (const backlog of backlogs) backlog.add(event);
    },
    async *subscribe(signal, first) {
      const backlog = new Backlog();
      const end = (): void => backlog.end();
      backlogs.add(backlog);
      signal.addEventListener('abort', end);
      closing.signal.addEventListener('abort', end);
      if (signal.aborted || closing.signal.aborted) backlog.end();
      try {
        for (const event of first) backlog.add(event);
        for (;;) {
          const events = await backlog.take();
          if (events === null) return;
          yield* events;
        }
      } finally {
        backlogs.delete(backlog);
        signal.removeEventListener('abort', end);
        closing.signal.removeEventListener('abort', end);
      }
    },
    close: () => closing.abort(),
    get size() {
      return backlogs.size;
    },
  };
}

class Backlog {
  readonly #waiting = new Map<string, ApiEvent>();
  #wake: (() => void) | null = null;
  #ended = false;

  add(event: ApiEvent): void {
    const key = event.type === 'messages' ? `messages ${event.conversationId}` : event.type;
    const before = this.#waiting.get(key);
    this.#waiting.set(key, before === undefined ? event : melt(before, event));
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** What has come since the last time, or null at the end. */
  async take(): Promise<ApiEvent[] | null> {
    if (this.#waiting.size === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    if (this.#ended) return null;
    const events = [...this.#waiting.values()];
    this.#waiting.clear();
    return events;
  }
}

function melt(a: ApiEvent, b: ApiEvent): ApiEvent {
  if (a.type === 'conversations' && b.type === 'conversations') return { ...b, ids: union(a.ids, b.ids) };
  if (a.type === 'messages' && b.type === 'messages') return { ...b, ids: union(a.ids, b.ids) };
  return b;
}

function union(a: Id[] | 'all', b: Id[] | 'all'): Id[] | 'all' {
  if (a === 'all' || b === 'all') return 'all';
  const ids = [...new Set([...a, ...b])];
  return ids.length > IDS_AT_MOST ? 'all' : ids;
}
