/** New messages while a first sync runs, against the real cloud. */
import { afterAll, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getMailCursor } from '../../store/mail.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

test.each([
  { restart: false, name: 'shows at once' },
  { restart: true, name: 'shows at once, also after a restart in the middle' },
])(
  'SYN-31 what is written during a first sync $name; what was deleted never shows',
  async ({ restart }) => {
    const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
    const anna = await firstDevice(cloud, 'anna@example.org', { whole: true });
    const bob = await firstDevice(cloud, 'bob@example.org', { whole: true });
    anna.store.write(() => {
      for (let i = 0; i < 1500; i += 1) anna.message(`m${i}`, 1_700_000_000_000 + i * 60_000);
    });
    anna.core.start();
    bob.core.start();
    await anna.settled();
    // Never started: its cursor keeps every envelope in the mailbox.
    const asleep = await nextDevice(cloud, anna.person, { whole: true });
    const { id } = await anna.core.execute({
      name: 'startConversation',
      input: { handles: ['bob@example.org'], name: null },
    });
    await anna.core.execute({ name: 'send', input: { conversationId: id, text: 'Hello', replyTo: null } });
    await bob.until(() => bob.texts().includes('Hello'), 'the first message');
    const write = (text: string) =>
      bob.core.execute({ name: 'send', input: { conversationId: id, text, replyTo: null } });
    await write('doomed');
    await write('kept');
    await anna.until(() => anna.texts().includes('kept'), 'both messages');
    const doomed = anna.store.get<{ id: Uint8Array }>("SELECT id FROM message WHERE text = 'doomed'");
    const ids = [Buffer.from(doomed?.id ?? []).toString('hex')];
    await anna.core.execute({ name: 'deleteForGood', input: { ids } });
    await anna.settled();

    // The walk waits at its second page until the test lets it go.
    let pages = 0;
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const slow: Fetch = async (input, init) => {
      const request = new Request(input, init);
      if (request.url.endsWith('/Backfill')) {
        pages += 1;
        if (pages > 3) await Promise.race([gate, aborted(request.signal)]);
      }
      return fetchOf(cloud)(request);
    };
    const aborted = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => reject(new TypeError('aborted'))),
      );
    const seen = new Set<string>();
    const look = (device: ZoneDevice) => {
      for (const text of device.texts()) seen.add(text);
      return device.texts();
    };
    const joined = await nextDevice(cloud, anna.person, { whole: true, fetch: slow });
    joined.core.start();
    await joined.until(({ phase }) => phase === 'downloading', 'the walk');
    await write('fresh');
    await joined.until(() => look(joined).includes('fresh'), 'the new message');
    expect(joined.core.status().phase).toBe('downloading');
    if (restart) {
      await joined.restart();
      await write('fresher');
      await joined.until(() => look(joined).includes('fresher'), 'the next message');
      expect(joined.core.status().phase).toBe('downloading');
    }
    expect(getMailCursor(joined.store).acknowledged).toBe(0);
    go();
    await joined.until(({ phase }) => {
      look(joined);
      return phase === 'idle';
    }, 'the end');
    await anna.settled();
    expect(joined.texts()).toEqual(anna.texts());
    expect(seen).not.toContain('doomed');
    expect(joined.texts()).toContain('kept');
    // Not before the zone has what came by mail (OUT-24).
    await joined.until(() => {
      const { acknowledged, stored } = getMailCursor(joined.store);
      return stored > 0 && acknowledged === stored;
    }, 'the acknowledgement');
    for (const device of [anna, bob, joined]) {
      expect(device.failures.filter((one) => one.includes('internal'))).toEqual([]);
      await device.stop();
    }
    asleep.store.close();
    await cloud.close();
  },
  60_000,
);
