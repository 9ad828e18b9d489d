/**
 * Tells the device what to ask for again. The first news goes at once (a message must show in milliseconds); during bulk work the
 * rest is gathered for a moment.
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
  readonly #timers: Timers;
  readonly #emit: (event: SyncEvent) => void;
  #gathering = false;
  #again = false;
  #status: SyncStatus | null = null;
  #cancel = () => {};

  constructor(store: Store, timers: Timers, emit: (event: SyncEvent) => void) {
    this.#store = store;
    this.#timers = timers;
    this.#emit = emit;
  }

  /** Something was committed, or may have been. */
  changed(): void {
    if (this.#gathering) {
      this.#again = true;
      return;
    }
    this.#tell();
  }

  status(status: SyncStatus): void {
    this.#status = status;
    this.changed();
  }

  stop(): void {
    this.#cancel();
    this.#gathering = true;
  }

  #tell(): void {
    this.#again = false;
    const events = eventsOf(this.#store.changes.take());
    if (this.#status !== null) {
      events.push({ type: 'status', status: this.#status });
      this.#status = null;
    }
    if (events.length === 0) {
      return;
    }
    for (const event of events) {
      this.#emit(event);
    }
    this.#gathering = true;
    this.#cancel = this.#timers.after(GATHER_MS, () => {
      this.#gathering = false;
      if (this.#again) {
        this.#tell();
      }
    });
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
