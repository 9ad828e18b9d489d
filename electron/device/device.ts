/**
 * One signed-in device put together: the local API, the renderer's files and the profile behind them, as one function
 * from Request to Response. Both hosts serve exactly this; tests call it without a port. Runs on the main thread,
 * reads the database, never writes it.
 */
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import type { Notice } from '../api/types.ts';
import type { Host } from '../host/host.ts';
import { damageOf } from '../store/damage/signs.ts';
import { createApp } from './app.ts';
import { serveAttachment } from './attachments/serve.ts';
import { takeAttachment } from './attachments/upload.ts';
import type { CallContext } from './calls/context.ts';
import { everything, wakeCloudHere } from './calls/session.ts';
import { createCalls } from './calls.ts';
import { serveDamaged } from './damaged-files.ts';
import { createEventHub } from './event-hub.ts';
import { Profile } from './profile.ts';
import { lockProfile, type ProfileLock } from './profile-lock.ts';
import { type WorkerThreads, workerThreads } from './worker-threads.ts';

export type DeviceOptions = {
  profileDir: string;
  host: Host;
  /** Where `out/renderer` lies. */
  rendererDir: string;
  appVersion: string;
  /** Given on the command line: nobody is asked. */
  cloudUrl?: string | null;
  /** Of the sync worker; left away, it runs from its sources. */
  threads?: WorkerThreads;
  log?: (line: string) => void;
};

export type Device = {
  fetch(request: Request): Promise<Response>;
  /** Where this device can be reached, for a second start with the same profile. */
  noteAddress(address: string): void;
  stop(): Promise<void>;
  /** For tests: how many event streams are open. */
  readonly streams: number;
};

export async function createDevice(options: DeviceOptions): Promise<Device> {
  const log = options.log ?? ((line: string) => console.error(line));
  const lock = lockProfile(options.profileDir);
  try {
    return await start(options, lock, log);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function start(
  options: DeviceOptions,
  lock: ProfileLock,
  log: (line: string) => void,
): Promise<Device> {
  const hub = createEventHub();
  const notices: Notice[] = [];
  const profile = new Profile({
    folder: options.profileDir,
    host: options.host,
    threads: options.threads ?? workerThreads(new URL('../sync/worker.ts', import.meta.url)),
    onEvent: (event) => hub.emit(event),
    onCrash(error) {
      log(
        `The sync worker stopped and is started again: ${error instanceof Error ? error.message : String(error)}`,
      );
      notices.splice(0, notices.length, ...notices.filter(({ code }) => code !== 'syncRestarted'));
      notices.push({ id: 'device:syncRestarted', at: Date.now(), code: 'syncRestarted', detail: {} });
      hub.emit({ type: 'notices' });
    },
    onRecovering(over) {
      if (!over) {
        hub.emit({ type: 'session' });
        return;
      }
      for (const event of everything()) hub.emit(event);
      void wakeCloudHere(context);
    },
  });
  const context: CallContext = {
    profile,
    hub,
    host: options.host,
    appVersion: options.appVersion,
    cloudUrl: options.cloudUrl ?? null,
    notices,
    log,
  };
  await profile.open();
  await sodiumReady();
  if (profile.weakKeychain)
    notices.push({ id: 'device:keychainWeak', at: Date.now(), code: 'keychainWeak', detail: {} });

  const calls = createCalls(context);
  void wakeCloudHere(context);
  const app = createApp({
    calls,
    attachments: {
      take: (request) => takeAttachment(context, request),
      serve: (request) => serveAttachment(context, request),
    },
    damaged: (request) => serveDamaged(context, request),
    rendererDir: options.rendererDir,
    report: (path, error) => {
      log(`${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const code = damageOf(error);
      if (code !== null) profile.foundDamaged(code);
    },
  });
  let stopped: Promise<void> | null = null;
  return {
    fetch: async (request) => app.fetch(request),
    noteAddress: (address) => lock.note(address),
    get streams() {
      return hub.size;
    },
    stop() {
      stopped ??= (async () => {
        hub.close();
        await profile.close();
        options.host.cloudHere?.release();
        lock.release();
      })();
      return stopped;
    },
  };
}
