/**
 * A device of the zones alone, for tests: a real store on a temporary file, a real account at a real cloud in this process; accounts and
 * mail are left away. What the network does to it is a function around `cloud.fetch`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../../cloud/app.ts';
import { addDevice, type Person, signUp, type TestDevice } from '../../../cloud/testing/person.ts';
import { uuidv7 } from '../../../shared/clock/ids.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { recordId } from '../../../shared/crypto/records.ts';
import { newConversation } from '../../../shared/model/conversation.ts';
import { encodeMessageBody, newMessage } from '../../../shared/model/message.ts';
import { SCHEMA } from '../../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../../shared/model/payload-codec.ts';
import { setIdentity } from '../../store/identity.ts';
import { saveKeyring } from '../../store/keyring.ts';
import { openStore, type Store } from '../../store/open.ts';
import { getPayload, putMerged } from '../../store/records.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { opaqueHere } from '../account/opaque-steps.ts';
import { realParts } from '../core.ts';
import type { Fetch } from '../network/cloud-client.ts';
import type { SyncEvent } from '../protocol.ts';
import { assembleSync, type SyncCore, type SyncParts } from '../run/assemble.ts';
import { systemTimers, type Timers } from '../run/timers.ts';
import { alongLine } from '../sim/network.ts';
import type { Sizes } from '../sizes.ts';
import type { SyncStatus } from '../status-types.ts';
import { generationOf, idKeyOf } from '../zones/names.ts';

export const CLOUD_URL = 'http://localhost:1';
const CONVERSATION = new Uint8Array(16).fill(7);

const noCommand = () => {
  throw new Error('Not a command of the zones.');
};

/** Neither mail nor accounts. */
const zonesOnly: SyncParts = {
  receive: async () => ({ more: false, waits: false, aside: false }),
  acknowledge: async () => {},
  send: async () => ({ nextAt: 0, lookAgainAt: 0 }),
  commands: {
    checkCloud: noCommand,
    signUp: noCommand,
    confirmRecovery: noCommand,
    signIn: noCommand,
    recover: noCommand,
    changePassword: noCommand,
    signOut: noCommand,
    renameDevice: noCommand,
    removeDevice: noCommand,
    startConversation: noCommand,
    acceptIdentity: noCommand,
    markRead: noCommand,
    renameConversation: noCommand,
    send: noCommand,
    retry: noCommand,
    edit: noCommand,
    unsend: noCommand,
    react: noCommand,
  },
};

export type ZoneDevice = {
  store: Store;
  /** Of the database. */
  key: Uint8Array;
  core: SyncCore;
  person: Person;
  deviceId: Uint8Array;
  events: SyncEvent[];
  failures: string[];
  /** The newest schema that its app knows, from its next start on. */
  schema: number;
  /** Closes and opens again on the same file, as after a kill. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** After `stop`. */
  start(): void;
  /** Waits until the status is as wished, with real timers. */
  until(wish: (status: SyncStatus) => boolean, what?: string): Promise<void>;
  settled(): Promise<void>;
  message(
    text: string,
    acceptedMs: number,
    options?: { notBeforeMs?: number; conversation?: Uint8Array; guid?: Uint8Array },
  ): string;
  texts(): string[];
  record(hexId: string): Uint8Array | null;
  /** Has written this record, for a moment, as an app of the next schema. */
  newerWrites(hexId: string): void;
  /** Has this record, as if its mailbox had brought it. */
  adopt(hexId: string, bytes: Uint8Array | null): void;
};

export type DeviceOptions = {
  fetch?: Fetch;
  clock?: { now(): number };
  timers?: Timers;
  switch?: 'off' | 'enabling' | 'on';
  random?: (length: number) => Uint8Array;
  freeBytes?: () => number;
  /** With accounts and mail. */
  whole?: boolean;
  sizes?: Sizes;
};

const folders: string[] = [];
export function temporary(folder: string): string {
  folders.push(folder);
  return folder;
}
export function removeFolders(): void {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function fetchOf(cloud: Cloud): Fetch {
  return (input, init) => cloud.fetch(new Request(input, init));
}

/** The same by a line that can be cut, and its poke stream with it: pokes bring changes. */
export function cuttableFetchOf(cloud: Cloud, isUp: () => boolean): Fetch {
  return async (input, init) => {
    if (!isUp()) throw new TypeError('No connection.');
    const request = new Request(input, init);
    const response = await cloud.fetch(request);
    return request.url.endsWith('/Watch') ? alongLine(response, isUp) : response;
  };
}

export async function firstDevice(
  cloud: Cloud,
  handle: string,
  options: DeviceOptions = {},
): Promise<ZoneDevice> {
  return zoneDevice(cloud, await signUp(cloud, handle), options);
}

export async function nextDevice(
  cloud: Cloud,
  person: Person,
  options: DeviceOptions = {},
): Promise<ZoneDevice> {
  return zoneDevice(cloud, await addDevice(cloud, person), options);
}

async function zoneDevice(cloud: Cloud, account: TestDevice, options: DeviceOptions): Promise<ZoneDevice> {
  const folder = temporary(mkdtempSync(join(tmpdir(), 'lockstep-sync-')));
  const path = join(folder, 'messages.db');
  const key = systemRandom(32);
  const { person, keys, token } = account;
  const clock = options.clock ?? { now: () => Date.now() };
  const events: SyncEvent[] = [];
  const failures: string[] = [];

  const open = (schema = SCHEMA) => {
    const opened = openStore({ path, key, schema });
    // Nothing here cuts the power.
    opened.db.pragma('synchronous = OFF');
    return opened;
  };
  const assemble = (store: Store) => {
    const parts = options.whole === true ? realParts : zonesOnly;
    return assembleSync(
      {
        store,
        fetch: options.fetch ?? fetchOf(cloud),
        clock,
        random: options.random ?? systemRandom,
        openOpaque: () => opaqueHere,
        emit: (event) => events.push(event),
        timers: options.timers ?? systemTimers,
        ...(options.freeBytes === undefined ? {} : { freeBytes: options.freeBytes }),
        ...(options.sizes === undefined ? {} : { sizes: options.sizes }),
        onFailure: (step, kind, detail) => failures.push(`${step} ${kind} ${detail}`),
      },
      parts,
    );
  };

  const store = open();
  setIdentity(store, {
    accountId: person.accountId,
    handle: person.handle,
    cloudUrl: CLOUD_URL,
    deviceId: keys.deviceId,
    signKey: keys.signKey,
    sealKey: keys.sealKey,
    sessionToken: token,
    state: 'active',
    createdMs: clock.now(),
  });
  const { keyring } = await account.account.getKeyring({});
  saveKeyring(store, {
    log: keyring?.log ?? [],
    epochs: (keyring?.epochs ?? []).map(({ body, signature }, index) => ({
      epoch: index + 1,
      body,
      signature,
      key: index === 0 ? person.epochKey : null,
    })),
  });
  setZoneState(store, 'messages', { switch: options.switch ?? 'enabling' });
  const keysOfPerson = {
    accountId: person.accountId,
    deviceId: keys.deviceId,
    current: 1,
    epochKey: (epoch: number) => (epoch === 1 ? person.epochKey : undefined),
  };

  const device: ZoneDevice = {
    store,
    key,
    core: assemble(store),
    person,
    deviceId: keys.deviceId,
    events,
    failures,
    schema: SCHEMA,
    async restart() {
      await device.stop();
      device.start();
    },
    start() {
      device.store = open(device.schema);
      device.core = assemble(device.store);
      device.core.start();
    },
    async stop() {
      await device.core.stop();
      device.store.close();
    },
    async until(wish, what = 'the wished status') {
      for (let i = 0; i < 2000; i += 1) {
        if (wish(device.core.status())) {
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(
        `${what} did not come: ${JSON.stringify(device.core.status())}; failures: ${failures.slice(-5).join(' | ')}`,
      );
    },
    settled: () =>
      device.until(
        ({ phase, switch: value }) => phase === 'idle' && value !== 'enabling' && value !== 'disabling',
        'idle',
      ),
    message(text, acceptedMs, options = {}) {
      const guid = uuidv7(systemRandom, acceptedMs);
      return writeMessage(device.store, keysOfPerson, { text, acceptedMs, guid, ...options });
    },
    texts: () =>
      device.store
        .all<{ text: string }>(
          `SELECT m.text FROM message m JOIN conversation c ON c.cid = m.cid
           WHERE m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid) ORDER BY m.accepted_ms, m.guid`,
        )
        .map((row) => row.text),
    newerWrites(hexId) {
      const id = Uint8Array.from(Buffer.from(hexId, 'hex'));
      const payload = getPayload(device.store, 'messages', id);
      if (payload === undefined) throw new Error('No such record.');
      const written = encodePayload({ ...payload, schema: SCHEMA + 1 });
      putMerged(device.store, 'messages', id, decodePayload(written, device.schema), { dirty: true });
    },
    adopt(hexId, bytes) {
      if (bytes !== null) {
        const id = Uint8Array.from(Buffer.from(hexId, 'hex'));
        putMerged(device.store, 'messages', id, decodePayload(bytes), { dirty: true });
      }
    },
    record(hexId) {
      const payload = getPayload(device.store, 'messages', Uint8Array.from(Buffer.from(hexId, 'hex')));
      return payload === undefined ? null : encodePayload(payload);
    },
  };
  return device;
}

type Keys = Parameters<typeof idKeyOf>[0];

export function writeMessage(
  store: Store,
  keys: Keys,
  what: {
    text: string;
    acceptedMs: number;
    guid: Uint8Array;
    notBeforeMs?: number;
    conversation?: Uint8Array;
  },
): string {
  const sender = keys.accountId;
  const { conversation: guid = CONVERSATION } = what;
  const conversation = newConversation({ guid, kind: 'group', members: [sender] });
  const name = idKeyOf(keys, 'messages', generationOf(store, 'messages'));
  const body = encodeMessageBody({
    guid: what.guid,
    conversation: guid,
    sender,
    sentMs: what.acceptedMs,
    service: 'lockstep',
    text: what.text,
    replyTo: null,
  });
  const id = recordId(name, 1, sender, what.guid);
  store.write(() => {
    putMerged(store, 'messages', recordId(name, 2, guid), conversation, { dirty: true });
    putMerged(store, 'messages', id, newMessage(body, what.acceptedMs), {
      dirty: true,
      notBeforeMs: what.notBeforeMs ?? 0,
    });
  });
  return toHex(id);
}
