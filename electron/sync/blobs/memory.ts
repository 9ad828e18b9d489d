/** What transfers know of themselves between two steps, as long as the worker lives. Losing it costs a question to the cloud, or a look at a file. */
import type { Store } from '../../store/open.ts';

export type BlobMemory = {
  /** Hashes of the chunks that a part has, by the blob's id in hex. */
  readonly hashes: Map<string, Uint8Array[]>;
  /** How often a part has been taken away, by the blob's id in hex. */
  readonly taken: Map<string, number>;
  /** Uploads whose state at the cloud was asked for. */
  readonly asked: Set<string>;
  /** Uploads that the cloud has said to have whole, and has not denied since. */
  readonly whole: Set<string>;
  /** How often it has denied what it had said to have. */
  readonly denied: Map<string, number>;
  /** Files that were too large, by the blob's id in hex: its length, and whether the cloud's own word has been that it takes none so large. */
  readonly tooLarge: Map<string, { sealed: number; said: boolean }>;
  /** Records that are to be put again because the cloud does not name their blobs, by their id in hex. */
  readonly toNameAgain: Set<string>;
  /** Those of which it has accepted that: once each, whatever it says afterwards, until it says that it was put back or moved. */
  readonly namedAgain: Set<string>;
  /** Files that nothing names any more and that the system does not let go, by the blob's id in hex: tried again behind others, by Sync Now, by a start. */
  readonly stuck: Set<string>;
  /** Files that are being looked at, whether they are what their names say, by the blob's id in hex. */
  readonly looking: Map<string, Promise<{ good: boolean }>>;
};

const memories = new WeakMap<Store, BlobMemory>();

export function blobMemory(store: Store): BlobMemory {
  let memory = memories.get(store);
  if (memory === undefined) {
    memory = {
      hashes: new Map(),
      taken: new Map(),
      asked: new Set(),
      whole: new Set(),
      denied: new Map(),
      tooLarge: new Map(),
      toNameAgain: new Set(),
      namedAgain: new Set(),
      stuck: new Set(),
      looking: new Map(),
    };
    memories.set(store, memory);
  }
  return memory;
}
