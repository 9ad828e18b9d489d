/**
 * The sync thread: the one writer of the database. Started by `electron/device` with `WorkerOptions` as its `workerData`; speaks
 * `ToWorker` and `FromWorker` (protocol.ts). Errors leave as plain data with a reason.
 */
import { networkInterfaces } from 'node:os';
import { dirname, extname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { systemRandom } from '../../shared/crypto/random.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { StoreError } from '../store/errors.ts';
import { openStore, type Store } from '../store/open.ts';
import { createSyncCore } from './core.ts';
import { toFailure } from './failure.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './protocol.ts';
import type { SyncCore } from './run/assemble.ts';
import { freeBytesAt } from './run/free-bytes.ts';
import { type SearchThread, startSearchThread } from './run/search-thread.ts';

if (parentPort === null) {
  throw new Error('worker.ts is started as a worker thread, by electron/device.');
}
const port = parentPort;
const tell = (message: FromWorker) => port.postMessage(message);

function online(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}

async function run(options: WorkerOptions): Promise<void> {
  await sodiumReady();
  let store: Store;
  try {
    store = openStore({ path: options.dbPath, key: options.dbKey });
  } catch (error) {
    const reason = error instanceof StoreError ? error.code : 'damaged';
    tell({ type: 'failed', reason, detail: error instanceof Error ? error.message : String(error) });
    return;
  }
  const core = createSyncCore({
    store,
    fetch: globalThis.fetch,
    clock: { now: () => Date.now() },
    random: systemRandom,
    emit: (event) => tell({ type: 'event', event }),
    // A cloud on this computer needs no network.
    online,
    freeBytes: () => freeBytesAt(dirname(options.dbPath)),
    onFailure: (step, kind, detail) => {
      if (kind === 'internal') {
        console.error(`Sync step ${step} failed: ${detail}`);
      }
    },
  });
  const search = startSearchThread({
    ...options,
    // Beside this file, in the sources and in the bundle alike.
    script: new URL(`./search-worker${extname(import.meta.url)}`, import.meta.url),
    onReached: () => tell({ type: 'event', event: { type: 'search' } }),
    onCrash: (error) => console.error('The search index stopped and is started again later:', error),
  });
  store.memory.search.onChange = () => search.changed();
  port.on('message', (message: ToWorker) => void hear(core, store, search, message));
  core.start();
  tell({ type: 'ready' });
}

async function hear(core: SyncCore, store: Store, search: SearchThread, message: ToWorker): Promise<void> {
  if (message.type === 'stop') {
    await core.stop();
    await search.stop();
    store.checkpoint(true);
    store.close();
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
    tell({ type: 'reply', id, reply: { ok: true, result: result ?? null } });
  } catch (error) {
    const failure = toFailure(error);
    if (failure.reason === 'internal') {
      console.error(`Command ${command.name} failed:`, error);
    }
    tell({ type: 'reply', id, reply: { ok: false, failure } });
  }
}

await run(workerData as WorkerOptions);
