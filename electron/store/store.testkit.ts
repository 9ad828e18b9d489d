/** For tests of the store: a store in a folder of its own, an account, and records to put in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { directConversationGuid, newConversation } from '../../shared/model/conversation.ts';
import { encodeMessageBody, type MessageContent, newMessage } from '../../shared/model/message.ts';
import type { Payload } from '../../shared/model/payload.ts';
import { setIdentity } from './identity.ts';
import { openStore, type Store } from './open.ts';
import { putMerged } from './records.ts';

export const KEY = new Uint8Array(32).fill(7);

export function bytes16(n: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  return bytes;
}
export const ME = bytes16(0xa0);
export const BOB = bytes16(0xb0);
export const WITH_BOB = (): Uint8Array => directConversationGuid(ME, BOB);
export const CONVERSATION_RECORD = bytes16(0xc000);
export const READING_RECORD = bytes16(0xc001);

export type Kit = { store: Store; path: string; folder: string; close(): void };

export async function kit(): Promise<Kit> {
  await sodiumReady();
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-store-'));
  const path = join(folder, 'messages.db');
  const store = openStore({ path, key: KEY });
  const key = { publicKey: new Uint8Array(32), secretKey: new Uint8Array(64) };
  setIdentity(store, {
    accountId: ME,
    handle: 'anna@example.org',
    cloudUrl: 'http://127.0.0.1:1',
    deviceId: bytes16(0xd0),
    signKey: key,
    sealKey: key,
    sessionToken: 'token',
    state: 'active',
    createdMs: 1,
  });
  return {
    store,
    path,
    folder,
    close: () => {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function message(n: number, change: Partial<MessageContent> & { acceptedMs?: number } = {}): Payload {
  const { acceptedMs, ...content } = change;
  const body = encodeMessageBody({
    guid: bytes16(n),
    conversation: WITH_BOB(),
    sender: BOB,
    sentMs: 1_000_000 + n,
    service: 'lockstep',
    text: `message ${n}`,
    replyTo: null,
    ...content,
  });
  return newMessage(body, acceptedMs ?? 1_000_000 + n);
}

export function putConversation(store: Store): void {
  const payload = newConversation({ guid: WITH_BOB(), kind: 'direct', members: [ME, BOB] });
  putMerged(store, 'messages', CONVERSATION_RECORD, payload, { dirty: false });
}

export function putMessage(store: Store, n: number, change: Parameters<typeof message>[1] = {}): Uint8Array {
  const id = bytes16(n);
  putMerged(store, 'messages', id, message(n, change), { dirty: true });
  return id;
}
