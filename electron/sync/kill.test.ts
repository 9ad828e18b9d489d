/** kill -9 of a device at named points, on real files, with a real cloud over a real socket: a crash may leave a repeat, never a hole. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../cloud/app.ts';
import { toHex } from '../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { openStore } from '../store/open.ts';
import { recountDigest, zoneDigest } from '../store/zone-state.ts';
import { shownTexts } from './testing/core-device.ts';
import { firstDevice, nextDevice, removeFolders, type ZoneDevice } from './testing/zone-device.ts';

const CHILD = fileURLToPath(new URL('./testing/killed-child.ts', import.meta.url));
const T = 1_700_000_000_000;
let cloud: Cloud;
let address: string;
let server: ReturnType<typeof serve>;
let anna: ZoneDevice;
let bob: ZoneDevice;
let conversationId: string;

beforeAll(async () => {
  await sodiumReady();
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  address = await new Promise((resolve) => {
    server = serve({ fetch: (request) => cloud.fetch(request), port: 0, hostname: '127.0.0.1' }, (info) =>
      resolve(`http://127.0.0.1:${info.port}`),
    );
  });
  anna = await firstDevice(cloud, 'anna@example.org', { whole: true });
  bob = await firstDevice(cloud, 'bob@example.org', { whole: true });
  anna.store.write(() => {
    for (let i = 0; i < 400; i += 1) anna.message(`m${i}`, T + i * 60_000);
  });
  anna.core.start();
  bob.core.start();
  await anna.settled();
  const input = { handles: ['bob@example.org'], name: null };
  conversationId = (await anna.core.execute({ name: 'startConversation', input })).id;
  await anna.settled();
});
afterAll(async () => {
  await anna.stop();
  await bob.stop();
  server.close();
  await cloud.close();
  removeFolders();
});

class Child {
  readonly lines: string[] = [];
  readonly ended: Promise<string>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #wake = () => {};

  constructor(device: ZoneDevice, path: string, point: string) {
    this.#child = spawn(process.execPath, [CHILD, path, toHex(device.key), address, point], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Into a process that has died: nobody hears.
    this.#child.stdin.on('error', () => {});
    let rest = '';
    this.#child.stdout.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
      this.#wake();
    });
    this.ended = new Promise((resolve) =>
      this.#child.on('exit', (code, signal) => {
        this.#wake();
        resolve(signal ?? String(code));
      }),
    );
  }
  /** False when it died before. */
  async said(line: (line: string) => boolean): Promise<boolean> {
    let dead = false;
    void this.ended.then(() => {
      dead = true;
    });
    for (let i = 0; i < 600; i += 1) {
      if (this.lines.some(line)) return true;
      if (dead) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 50);
      });
    }
    throw new Error(`The child did not say it: ${this.lines.slice(-8).join(' | ')}`);
  }
  tell(command: unknown): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }
  idle(): Promise<boolean> {
    return this.said((line) => {
      if (!line.startsWith('status ')) return false;
      const { phase, switch: value, waitingToSend } = JSON.parse(line.slice(7));
      return phase === 'idle' && value === 'on' && waitingToSend === 0;
    });
  }
}

const POINTS = [
  'after OpenZone',
  'before commit Backfill',
  'after commit Backfill',
  'before Push',
  'after Push',
  'before commit Push',
  'after commit Push',
  'before Send',
  'after Send',
  'before commit Send',
  'after commit Send',
  'before commit Receive',
  'before Acknowledge',
  'after commit Changes',
];

test.each(POINTS)(
  'SYN-35 killed %s: nothing is lost, nothing is there twice',
  async (point) => {
    const device = await nextDevice(cloud, anna.person, { whole: true, switch: 'enabling' });
    const { path } = device.store;
    const own: string[] = [];
    device.store.write(() => {
      for (let i = 0; i < 20; i += 1) {
        own.push(`${point} own ${i}`);
        device.message(`${point} own ${i}`, T + 99_000_000 + i);
      }
    });
    device.store.close();

    const first = new Child(device, path, point);
    const sends = [1, 2, 3].map((n) => `${point} ${n}`);
    if (await first.idle()) {
      for (const text of sends) {
        first.tell({ name: 'send', input: { conversationId, text, replyTo: null } });
      }
    }
    expect(await first.ended).toBe('SIGKILL');
    const promised = sends.filter((text) =>
      first.lines.some((line) => line.startsWith('done ') && line.includes(`"${text}"`)),
    );

    // Started again, in this process.
    device.start();
    await device.settled();
    for (const text of promised) {
      await bob.until(() => bob.texts().includes(text), text);
    }
    await anna.until(() => own.every((text) => anna.texts().includes(text)), 'what the device alone had');
    await anna.until(() => promised.every((text) => anna.texts().includes(text)), 'what it sent');
    await device.core.execute({ name: 'syncNow', input: null });
    await device.until(({ phase, waitingToSend }) => phase === 'idle' && waitingToSend === 0, 'rest');
    expect(device.failures.filter((line) => line.includes(' internal '))).toEqual([]);
    await device.stop();

    const store = openStore({ path, key: device.key });
    expect(store.integrityCheck()).toEqual([]);
    expect(toHex(zoneDigest(store, 'messages'))).toBe(toHex(recountDigest(store, 'messages')));
    const texts = shownTexts(store);
    for (const where of [texts, anna.texts(), bob.texts()]) {
      const sent = where.filter((text) => sends.includes(text));
      // Each once, in the order written; what was promised is there.
      expect(sent).toEqual(sends.filter((text) => sent.includes(text)));
      expect(sent).toEqual(expect.arrayContaining(promised));
    }
    expect(texts.filter((text) => /^m\d+$/.test(text)).length).toBe(400);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.filter((text) => own.includes(text))).toEqual(own);
    store.close();
  },
  60_000,
);
