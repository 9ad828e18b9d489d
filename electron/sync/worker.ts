/**
 * The sync thread: the one writer of the database. Started by `electron/device`, perhaps before it is known what it is to open: that is told
 * by its first message. Speaks `ToWorker` and `FromWorker` (protocol.ts). Errors leave as plain data with a reason.
 */
import { networkInterfaces } from 'node:os';
import { dirname, extname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { systemRandom } from '../../shared/crypto/random.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { damageOf, isDamage, troubleOf } from '../store/damage/signs.ts';
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/open.ts';
import { createSyncCore } from './core.ts';
import { toFailure } from './failure.ts';
import { KeepsakeKeeper } from './keepsake-keeper.ts';
import { lookOver } from './look-over.ts';
import { boundedAnswers } from './network/bounded-answers.ts';
import { endDatabase, type OpenedDatabase, openDatabase } from './open-database.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './protocol.ts';
import type { SyncCore } from './run/assemble.ts';
import { freeBytesAt } from './run/free-bytes.ts';
import { openOpaqueThread } from './run/opaque-thread.ts';
import { type SearchThread, startSearchThread } from './run/search-thread.ts';

if (parentPort === null) {
  throw new Error('worker.ts is started as a worker thread, by electron/device.');
}
const port = parentPort;
const tell = (message: FromWorker) => port.postMessage(message);

/** Beside this file, in the sources and in the bundle alike. */
const beside = (name: string) => new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);

function online(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}

async function run(options: WorkerOptions): Promise<void> {
  await sodiumReady();
  let opened: OpenedDatabase;
  try {
    opened = openDatabase({
      ...options,
      nowMs: Date.now(),
      onProgress: (progress) => tell({ type: 'recovering', progress }),
    });
    begin(options, opened);
  } catch (error) {
    const code = damageOf(error);
    const reason = error instanceof StoreError ? error.code : (troubleOf(error) ?? 'damaged');
    tell({
      type: 'failed',
      reason: reason === 'misuse' ? 'damaged' : reason,
      code,
      detail: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Told once: whatever is asked afterwards fails for the same reason. */
let told = false;
function damaged(code: string): void {
  if (told) return;
  told = true;
  tell({ type: 'damaged', code });
}

function begin(options: WorkerOptions, { store, unclean }: OpenedDatabase): void {
  const { dbPath, dbKey } = options;
  const keeper = new KeepsakeKeeper(store, dbPath, dbKey);
  const look = (): void => {
    try {
      if (!told) keeper.look();
    } catch (error) {
      meet(error);
    }
  };
  const core = createSyncCore({
    store,
    fetch: boundedAnswers(globalThis.fetch),
    clock: { now: () => Date.now() },
    random: systemRandom,
    emit: (event) => {
      tell({ type: 'event', event });
      look();
    },
    // A cloud on this computer needs no network.
    online,
    conditionsSoon: true,
    freeBytes: () => freeBytesAt(dirname(dbPath)),
    openOpaque: () => openOpaqueThread(beside('opaque-worker')),
    onFailure: (step, kind, detail, code) => {
      if (isDamage(code)) damaged(code);
      else if (kind === 'internal') console.error(`Sync step ${step} failed: ${detail}`);
    },
  });
  const endLook = unclean ? lookOver(dbPath, dbKey, damaged) : () => {};
  const search = startSearchThread({
    dbPath,
    dbKey,
    script: beside('search-worker'),
    ...(options.searchAfterMs === undefined ? {} : { afterMs: options.searchAfterMs }),
    onReached: () => tell({ type: 'event', event: { type: 'search' } }),
    onCrash: (error) => console.error('The search index stopped and is started again later:', error),
  });
  store.memory.search.onChange = () => search.changed();
  running = { core, store, search, keeper, look, endLook };
  core.start();
  tell({ type: 'ready' });
}

/** False: it says nothing of the database. */
function meet(error: unknown): boolean {
  const code = damageOf(error);
  if (code !== null) damaged(code);
  return code !== null;
}

type Running = {
  core: SyncCore;
  store: Store;
  search: SearchThread;
  keeper: KeepsakeKeeper;
  look(): void;
  endLook(): void;
};

async function hear(
  { core, store, search, keeper, look, endLook }: Running,
  message: Exclude<ToWorker, { type: 'open' }>,
): Promise<void> {
  if (message.type === 'stop') {
    endLook();
    await core.stop();
    await search.stop();
    try {
      if (!told) {
        keeper.stop();
        endDatabase(store);
      }
    } catch (error) {
      // Not ended in order: the next start looks more closely.
      meet(error);
    }
    tell({ type: 'stopped' });
    port.close();
    return;
  }
  if (message.type === 'conditions') {
    core.setConditions(message.conditions);
    return;
  }
  const { id, command } = message;
  try {
    const result = await core.execute(command as Parameters<SyncCore['execute']>[0]);
    look();
    tell({ type: 'reply', id, reply: { ok: true, result: result ?? null } });
  } catch (error) {
    const code = damageOf(error);
    const failure = code === null ? toFailure(error) : { reason: 'recovering', retryAfterMs: 1_000 };
    if (failure.reason === 'internal' || failure.reason === 'noAccess') {
      console.error(`Command ${command.name} failed:`, error);
    }
    tell({ type: 'reply', id, reply: { ok: false, failure } });
    if (code !== null) damaged(code);
  }
}

let running: Running | null = null;

const first = await new Promise<WorkerOptions>((resolve) => {
  port.on('message', (message: ToWorker) => {
    if (message.type === 'open') resolve(message.options);
    else if (running !== null) void hear(running, message);
  });
});
// Whoever imports this waits until the database is open, or until it was said that it is not.
await run(first);
