/**
 * How the thread of the search index is armed and asked, by the sync thread that has started it without knowing that it is watched: what it
 * is to do when it starts stands in its environment, the rest it hears (search-thread.ts is the other end).
 */
import { BroadcastChannel } from 'node:worker_threads';
import type { Armed } from '../../../cloud/testing/reaper.ts';

export const CHANNEL = 'kills: search';
export const ENVIRONMENT = 'LOCKSTEP_KILLS_SEARCH';
/** All that the search index's thread does. */
export const OWNER = 'search';
/** It may not have begun, or be over. */
const ANSWER_WITHIN_MS = 300;

/** `begin`: without waiting any longer. */
export type ToSearch = { type: 'arm'; armed: Armed | null } | { type: 'begin' } | { type: 'passed' };
export type FromSearch = { type: 'told'; passed: [string, number][] };

export class SearchWatch {
  readonly #channel = new BroadcastChannel(CHANNEL);

  constructor() {
    this.#channel.unref();
  }

  arm(armed: Armed | null): void {
    const own = armed?.point.startsWith(`${OWNER}: `) === true ? armed : null;
    process.env[ENVIRONMENT] = JSON.stringify(own);
    this.#tell({ type: 'arm', armed: own });
  }

  begin(): void {
    this.#tell({ type: 'begin' });
  }

  passed(): Promise<[string, number][]> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve([]), ANSWER_WITHIN_MS);
      this.#channel.onmessage = (event) => {
        const { data } = event as { data: ToSearch | FromSearch };
        if (data.type !== 'told') return;
        clearTimeout(timer);
        resolve(data.passed);
      };
      this.#tell({ type: 'passed' });
    });
  }

  #tell(message: ToSearch): void {
    this.#channel.postMessage(message);
  }
}
