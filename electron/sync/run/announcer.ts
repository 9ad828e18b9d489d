/**
 * Tells the device what to ask for again. The first news goes at once (a message must show in milliseconds); during bulk work the
 * rest is gathered for a moment. The status has a gathering of its own: that something is on its way holds up nothing that has come.
 */

import type { ChangeSet } from '../../store/changes.ts';
import type { Store } from '../../store/open.ts';
import type { SyncEvent } from '../protocol.ts';
import type { SyncStatus } from '../status-types.ts';
import type { Timers } from './timers.ts';

const GATHER_MS = 60;
/** So many conversations at once are told as "all". */
const MANY = 20;

export class Announcer {
  readonly #store: Store;
  readonly #emit: (event: SyncEvent) => void;
  #stopped = false;
  readonly #news: Gathering;
  readonly #statuses: Gathering;
  #status: SyncStatus | null = null;

  constructor(store: Store, timers: Timers, emit: (event: SyncEvent) => void) {
    this.#store = store;
    this.#emit = emit;
    this.#news = new Gathering(timers, () => this.#tell(eventsOf(this.#store.changes.take())));
    this.#statuses = new Gathering(timers, () => this.#tellStatus());
  }

  /** Something was committed, or may have been. */
  changed(): void {
    this.#news.ask();
  }

  status(status: SyncStatus): void {
    this.#status = status;
    this.changed();
    this.#statuses.ask();
  }

  stop(): void {
    this.#stopped = true;
    this.#news.stop();
    this.#statuses.stop();
  }

  #tell(events: SyncEvent[]): boolean {
    if (this.#stopped) return false;
    for (const event of events) {
      this.#emit(event);
    }
    return events.length > 0;
  }

  #tellStatus(): boolean {
    if (this.#status === null) return false;
    const status = this.#status;
    this.#status = null;
    return this.#tell([{ type: 'status', status }]);
  }
}

/** Does it at once, and what is asked for within a moment after that together at its end. */
class Gathering {
  readonly #timers: Timers;
  /** False when there was nothing to do. */
  readonly #work: () => boolean;
  #gathering = false;
  #again = false;
  #cancel = () => {};

  constructor(timers: Timers, work: () => boolean) {
    this.#timers = timers;
    this.#work = work;
  }

  ask(): void {
    if (this.#gathering) {
      this.#again = true;
      return;
    }
    this.#again = false;
    if (!this.#work()) return;
    this.#gathering = true;
    this.#cancel = this.#timers.after(GATHER_MS, () => {
      this.#gathering = false;
      if (this.#again) this.ask();
    });
  }

  stop(): void {
    this.#cancel();
    this.#gathering = true;
  }
}

function eventsOf(changes: ChangeSet | null): SyncEvent[] {
  if (changes === null) {
    return [];
  }
  const events: SyncEvent[] = [];
  if (changes.conversations === 'all' || changes.conversations.length > 0) {
    events.push({ type: 'conversations', ids: changes.conversations });
  }
  if (changes.messages.size > MANY) {
    events.push({ type: 'messages', conversationId: 'all', ids: 'all' });
  } else {
    for (const [conversationId, ids] of changes.messages) {
      events.push({ type: 'messages', conversationId, ids });
    }
  }
  for (const type of ['recentlyDeleted', 'devices', 'settings', 'notices', 'session'] as const) {
    if (changes[type]) {
      events.push({ type });
    }
  }
  return events;
}
