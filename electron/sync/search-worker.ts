/**
 * The search index's thread: the one writer of the index file, a reader of the store. Started by the sync worker (run/search-thread.ts) with
 * `SearchWorkerOptions` as its `workerData`. What it has to do stands in the store's marks ([Note: search blocks]): it
 * needs no news to be right, only to be soon.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '../store/open.ts';
import { indexBlock, staleBlocks } from '../store/search-build.ts';
import { SearchIndexWriter, searchIndexPath } from '../store/search-index.ts';
import type { FromSearchWorker, SearchWorkerOptions, ToSearchWorker } from './run/search-thread.ts';

if (parentPort === null) {
  throw new Error('search-worker.ts is started as a worker thread, by the sync worker.');
}
const port = parentPort;
const tell = (message: FromSearchWorker) => port.postMessage(message);

/** Between two looks at the marks while something is to be read. */
const LOOK_MS = 250;
/**
 * A block that goes on changing is left alone until it has had the same mark at so many looks; what a first sync has just passed
 * (SearchBlocks splits from the top) rests at once.
 */
const REST = 8;
/** One that never rests is read all the same. */
const PATIENCE = 40;
/** The log file is emptied again after so long, where somebody was reading. */
const SETTLE_MS = 1_000;

const { dbPath, dbKey } = workerData as SearchWorkerOptions;
const store = openStore({ path: dbPath, key: dbKey, readonly: true, cacheKib: 8_000 });
const path = searchIndexPath(dbPath);
let index = SearchIndexWriter.open(path, dbKey);

/** Blocks that were stale at the last look: under which mark, for how many looks the same one, and for how many any. */
type Seen = { mark: number; rested: number; looks: number };
let seen = new Map<number, Seen>();
let timer: NodeJS.Timeout | null = null;
let again = false;
let looking = false;
let stopped = false;
let failures = 0;

function lookIn(ms: number): void {
  if (looking) {
    again = true;
  } else if (!stopped) {
    timer ??= setTimeout(() => {
      timer = null;
      void look();
    }, ms);
  }
}

async function look(): Promise<void> {
  looking = true;
  let next: number | null = null;
  try {
    next = await round();
    failures = 0;
  } catch (error) {
    failures += 1;
    if (failures > 3) {
      throw error;
    }
    // Whatever it was: the index is made of the store alone.
    index.close();
    SearchIndexWriter.remove(path);
    index = SearchIndexWriter.open(path, dbKey);
    next = LOOK_MS;
  } finally {
    looking = false;
    if (stopped) {
      end();
    } else if (again || next !== null) {
      lookIn(again ? 0 : (next ?? 0));
      again = false;
    }
  }
}

/** In how long to look again, or null when nothing is left. */
async function round(): Promise<number | null> {
  const now = new Map<number, Seen>();
  for (const { first, mark, known } of staleBlocks(store, index)) {
    const before = seen.get(first) ?? { mark: -1, rested: -1, looks: 0 };
    const rested = before.mark === mark ? before.rested + 1 : 0;
    const looks = before.looks + 1;
    if (rested >= (known || first === 0 ? REST : 1) || looks > PATIENCE) {
      indexBlock(store, index, first);
      await new Promise((turn) => setImmediate(turn));
      if (stopped) {
        return null;
      }
    } else {
      now.set(first, { mark, rested, looks });
    }
  }
  seen = now;
  if (now.size > 0) {
    return LOOK_MS;
  }
  tell({ type: 'reached' });
  return index.settle() ? null : SETTLE_MS;
}

function end(): void {
  index.close();
  store.close();
  port.close();
}

port.on('message', (message: ToSearchWorker) => {
  if (message.type === 'look') {
    lookIn(0);
    return;
  }
  stopped = true;
  if (timer !== null) {
    clearTimeout(timer);
  }
  if (!looking) {
    end();
  }
});
lookIn(0);
