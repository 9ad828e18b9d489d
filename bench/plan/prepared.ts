/**
 * What the measurements begin with: clouds that hold an account's history, and devices of that account in step with them. Each is made once
 * a run, in the run's folder. First syncs have a cloud that nothing else changes; everything else works on a copy of it.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Numbers, runChild, type Server, startServer } from '../support/child.ts';
import { type CloudProcess, startCloud } from '../support/cloud.ts';
import { KEY } from '../support/device.ts';

export type Prepared = {
  /** A cloud with that many messages, for first syncs. */
  cloud(count: number): Promise<string>;
  /** Two devices in step, their folders profiles of the app as well, and the cloud they are in step with. */
  devices(count: number): Promise<{ cloud: string; a: string; b: string }>;
  /** One first sync. Where a device of that size is still needed, this one's is kept. */
  firstSync(count: number, cloud: CloudProcess): Promise<Numbers>;
  pouch(count: number): Promise<Server>;
};

export function prepare(folder: string, say: (line: string) => void): Prepared {
  const clouds = new Map<number, Promise<string>>();
  const kept = new Map<number, string[]>();
  const pairs = new Map<number, Promise<{ cloud: string; a: string; b: string }>>();

  function cloud(count: number): Promise<string> {
    let made = clouds.get(count);
    if (made === undefined) {
      made = fillCloud(count);
      clouds.set(count, made);
    }
    return made;
  }

  async function fillCloud(count: number): Promise<string> {
    const at = join(folder, `cloud-${count}`);
    mkdirSync(at);
    say(`(preparing a cloud with ${count.toLocaleString('en')} messages)`);
    await runChild('prepare/fill-cloud.ts', { folder: at, count });
    return at;
  }

  async function firstSync(count: number, { url, pid }: CloudProcess): Promise<Numbers> {
    const at = await cloud(count);
    const devices = kept.get(count) ?? [];
    kept.set(count, devices);
    if (devices.length === 2) {
      return runChild('measure/first-sync.ts', { url, pid, folder: at, keep: null });
    }
    const keep = join(folder, `device-${count}-${devices.length}`);
    // Of an attempt that failed.
    rmSync(keep, { recursive: true, force: true });
    mkdirSync(keep);
    const numbers = await runChild('measure/first-sync.ts', { url, pid, folder: at, keep });
    // The key as the browser host keeps it: the folder is a profile, too.
    const box = { key: Buffer.from(KEY).toString('base64') };
    writeFileSync(join(keep, 'database.key'), `${JSON.stringify({ version: 1, sealing: 'file', box })}\n`, {
      mode: 0o600,
    });
    devices.push(keep);
    return numbers;
  }

  async function pair(count: number): Promise<{ cloud: string; a: string; b: string }> {
    const at = await cloud(count);
    if ((kept.get(count) ?? []).length < 2) {
      say(`(preparing devices with ${count.toLocaleString('en')} messages)`);
      const running = await startCloud(at);
      try {
        while ((kept.get(count) ?? []).length < 2) await firstSync(count, running);
      } finally {
        await running.stop();
      }
    }
    const copy = join(folder, `changing-${count}`);
    cpSync(at, copy, { recursive: true });
    const [a, b] = kept.get(count)!;
    return { cloud: copy, a: a!, b: b! };
  }

  return {
    cloud,
    firstSync,
    devices(count) {
      let made = pairs.get(count);
      if (made === undefined) {
        made = pair(count);
        pairs.set(count, made);
      }
      return made;
    },
    pouch(count) {
      const at = join(folder, `pouch-${count}`);
      if (!existsSync(at)) say(`(preparing PouchDB with ${count.toLocaleString('en')} documents)`);
      mkdirSync(at, { recursive: true });
      return startServer('peers/pouch-server.mjs', { count, folder: at });
    },
  };
}
