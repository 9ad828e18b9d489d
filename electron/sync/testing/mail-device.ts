/**
 * A device without its engine, for tests of accounts, keys and mail: a real store on a temporary file, the real cloud in this process, and
 * the steps called by hand. What the network does to it is `wire.fetch`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../../cloud/app.ts';
import { Hlc } from '../../../shared/clock/hlc.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { attachmentsFolder, blobFiles } from '../../store/blob-files.ts';
import { getIdentity } from '../../store/identity.ts';
import { messagePage } from '../../store/message-pages.ts';
import { listNotices } from '../../store/notices.ts';
import { openStore, type Store } from '../../store/open.ts';
import { settleAllHidden } from '../../store/outbox-hidden.ts';
import { getRecord } from '../../store/records.ts';
import { opaqueHere } from '../account/opaque-steps.ts';
import { signIn } from '../account/sign-in.ts';
import { signUp } from '../account/sign-up.ts';
import { deleteMessages } from '../commands/deletes.ts';
import { type DeleteContext, UndoBook } from '../commands/undo.ts';
import type { EpochKeys, Signal, StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { loadKeys } from '../keyring/own.ts';
import { send } from '../mail/compose.ts';
import { receiveStep } from '../mail/receive-step.ts';
import { sendStep } from '../mail/send-step.ts';
import { startConversation } from '../mail/start-conversation.ts';
import { createCloudClient, type Fetch } from '../network/cloud-client.ts';
import { systemTimers } from '../run/timers.ts';
import { SIZES } from '../sizes.ts';

export const CLOUD_URL = 'http://localhost:7447';
export const PASSWORD = 'tulip-harbour-9-violin';
const description = { name: 'Test device', platform: 'test', appVersion: '0.1.0' };

export type MailDevice = {
  ctx: StepContext;
  store: Store;
  signals: Signal[];
  wire: { fetch: Fetch };
  clock: { now(): number; ahead: number };
  /** For commands that delete. */
  deleting: DeleteContext;
  delete(...ids: string[]): Promise<{ undo: string; messages: number }>;
  /** Closes the file and opens it again, as after a kill. */
  restart(): void;
  signUp(handle: string, password?: string): Promise<{ words: string[]; ask: [number, number] }>;
  signIn(handle: string, password?: string): Promise<void>;
  start(...handles: string[]): Promise<string>;
  /** Into the outbox only. */
  write(conversationId: string, text: string): string;
  /** Empties outbox and mailbox. */
  exchange(): Promise<void>;
  texts(conversationId: string): string[];
  states(conversationId: string): string[];
  notices(): string[];
  payload(id: Uint8Array): string;
};

const opened: { store: Store; folder: string }[] = [];
const books: UndoBook[] = [];

export function closeDevices(): void {
  for (const book of books.splice(0)) book.stop();
  for (const { store, folder } of opened.splice(0)) {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const fetchOf =
  (cloud: Cloud): Fetch =>
  (input, init) =>
    cloud.fetch(new Request(input, init));

export function mailDevice(cloud: Cloud): MailDevice {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-mail-'));
  const path = join(folder, 'messages.db');
  const key = systemRandom(32);
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const wire = { fetch: fetchOf(cloud) };
  const signals: Signal[] = [];

  const context = (store: Store): StepContext => {
    let keys: EpochKeys | null = null;
    const cloudAt = (url: string, token: string | null) =>
      createCloudClient({ fetch: (input, init) => wire.fetch(input, init), url, token });
    const ctx: StepContext = {
      sizes: SIZES,
      store,
      get cloud() {
        const identity = getIdentity(store);
        if (identity === undefined || identity.sessionToken === null)
          throw new SyncFailure('signedOut', 'Signed out.');
        return cloudAt(identity.cloudUrl, identity.sessionToken);
      },
      cloudAt,
      clock,
      writeClock: { now: () => clock.now(), isHeard: () => false },
      random: systemRandom,
      files: blobFiles(attachmentsFolder(store.path)),
      hlc: new Hlc(clock),
      keys: {
        get: () => keys,
        set: (next) => {
          keys = next;
        },
      },
      emit: () => {},
      signal: (signal) => signals.push(signal),
      freeBytes: () => null,
      timers: systemTimers,
      openOpaque: () => opaqueHere,
      abort: new AbortController().signal,
    };
    loadKeys(ctx);
    return ctx;
  };

  const open = () => {
    const store = openStore({ path, key });
    const entry = { store, folder };
    opened.push(entry);
    return store;
  };
  const deleting = (ctx: StepContext): DeleteContext => {
    const undos = new UndoBook(ctx.store, systemTimers, systemRandom);
    books.push(undos);
    return { ctx, undos, breathe: () => systemTimers.breathe() };
  };
  const first = open();
  const firstContext = context(first);
  const device: MailDevice = {
    store: first,
    ctx: firstContext,
    deleting: deleting(firstContext),
    delete: (...ids) => deleteMessages(device.deleting, { ids }),
    signals,
    wire,
    clock,
    restart() {
      opened.splice(
        opened.findIndex((one) => one.store === device.store),
        1,
      );
      device.store.close();
      device.store = open();
      settleAllHidden(device.store);
      device.ctx = context(device.store);
      device.deleting = deleting(device.ctx);
    },
    signUp: (handle, password = PASSWORD) =>
      signUp(device.ctx, {
        cloudUrl: CLOUD_URL,
        handle,
        password,
        name: handle.split('@')[0] ?? '',
        invitation: null,
        device: description,
      }),
    async signIn(handle, password = PASSWORD) {
      await signIn(device.ctx, { cloudUrl: CLOUD_URL, handle, password, device: description });
    },
    start: async (...handles) => (await startConversation(device.ctx, { handles, name: null })).id,
    write: (conversationId, text) =>
      device.store.write(() => send(device.ctx, { conversationId, text, replyTo: null })).id,
    async exchange() {
      await sendStep(device.ctx);
      while ((await receiveStep(device.ctx)).more);
      await sendStep(device.ctx);
    },
    texts: (conversationId) => page(device.store, conversationId).map((message) => message.text),
    states: (conversationId) => page(device.store, conversationId).map((message) => message.state),
    notices: () =>
      listNotices(device.store).map((notice) =>
        `${notice.code} ${String(notice.detail['why'] ?? '')}`.trim(),
      ),
    payload: (id) => toHex(getRecord(device.store, 'messages', id)?.bytes ?? new Uint8Array()),
  };
  return device;
}

function page(store: Store, conversationId: string) {
  const conversation = new Uint8Array(Buffer.from(conversationId, 'hex'));
  return messagePage(store, { conversation, anchor: null, direction: 'older', limit: 1000 }).messages;
}

/** Two people who have signed up. */
export async function annaAndBob(cloud: Cloud): Promise<{ anna: MailDevice; bob: MailDevice }> {
  const anna = mailDevice(cloud);
  const bob = mailDevice(cloud);
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  return { anna, bob };
}

/** The same, after Anna's "from Anna" has reached Bob. `id`: their conversation. */
export async function annaWroteToBob(
  cloud: Cloud,
): Promise<{ anna: MailDevice; bob: MailDevice; id: string }> {
  const { anna, bob } = await annaAndBob(cloud);
  const id = await anna.start('bob@example.org');
  anna.write(id, 'from Anna');
  await anna.exchange();
  await bob.exchange();
  return { anna, bob, id };
}
