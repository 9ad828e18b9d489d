/** Every state of the status line, from the engine's own state machine: what made it, and what must stand there. */
import type { SyncStatus } from '../../electron/api/types.ts';
import {
  type EngineState,
  initialState,
  NO_BLOBS,
  NO_UPLOADS,
  NO_WORK,
  type Work,
  type ZoneState,
} from '../../electron/sync/engine/state.ts';
import { statusOf } from '../../electron/sync/engine/status.ts';

export type Shown = {
  name: string;
  status: SyncStatus;
  /** In English; null: no line at all. */
  text: string | null;
  action: string | null;
  bar: boolean;
};

type More = Partial<Omit<EngineState, 'zones'>> & {
  account?: Partial<ZoneState>;
  messages?: Partial<ZoneState>;
};

function engine({ account, messages, ...more }: More): SyncStatus {
  const blank = initialState();
  const zone = (name: 'account' | 'messages', with_: Partial<ZoneState> = {}): ZoneState => ({
    ...blank.zones[name],
    stage: 'current',
    named: true,
    ...with_,
  });
  return statusOf({
    ...blank,
    session: 'active',
    switch: 'on',
    mailbox: 'current',
    zones: { account: zone('account', account), messages: zone('messages', messages) },
    ...more,
  });
}

/** What the pictures' clock says. */
export const NOW = Date.UTC(2026, 10, 25, 12);

const retry = (online: boolean, waiting = 0, nextIn = 0): More => ({
  online,
  retry: { failures: 3, at: NOW + nextIn, since: NOW - 600_000, kind: 'network', notBefore: 0, write: false },
  outbox: { ready: waiting > 0, waiting, dueAt: 0 },
});

const large = { upload: { done: 200, total: 5000 }, messages: { dirty: 4800 } };
const purging = { switch: 'disabling', switchReason: 'purging' } as const;

const walking = (conversations: Work, messages: Work): More => ({
  messages: { stage: 'walking', walk: { conversations, messages } },
});

const working = (name: string, more: More, text: string, action: string | null = null): Shown => ({
  name,
  status: engine(more),
  text,
  action,
  bar: true,
});
const paused = (name: string, more: More, text: string, action: string | null): Shown => ({
  name,
  status: engine(more),
  text,
  action,
  bar: false,
});

export const STATES: Shown[] = [
  { name: 'in step', status: engine({}), text: null, action: null, bar: false },
  { name: 'switch off', status: engine({ switch: 'off' }), text: null, action: null, bar: false },
  working('preparing', { account: { stage: 'unopened' } }, 'Preparing to synchronize with iCloud…'),
  working(
    'turning on',
    { switch: 'enabling', account: { stage: 'unopened' } },
    'Turning on Messages in iCloud…',
    'Pause',
  ),
  working(
    'downloading conversations',
    walking({ done: 100, total: 341 }, { done: 0, total: 4414 }),
    'Downloading 241 conversations from iCloud…',
  ),
  working(
    'downloading the last conversation',
    walking({ done: 340, total: 341 }, { done: 0, total: 4414 }),
    'Downloading 1 conversation from iCloud…',
  ),
  working(
    'downloading messages',
    walking({ done: 341, total: 341 }, { done: 1200, total: 4414 }),
    'Downloading 3,214 messages from iCloud…',
  ),
  working('downloading, total unknown', walking(NO_WORK, NO_WORK), 'Downloading from iCloud…'),
  working(
    'downloading changes',
    { messages: { stage: 'behind', pull: { done: 0, total: 250 } } },
    'Downloading 250 changes from iCloud…',
  ),
  working(
    'uploading',
    { messages: { dirty: 3214 }, upload: { done: 1000, total: 4214 } },
    'Uploading 3,214 messages to iCloud…',
  ),
  working(
    'uploading attachments',
    { blobsUp: { done: 1, total: 3 }, blobs: { ...NO_BLOBS, up: { ...NO_UPLOADS, all: 2, small: 2 } } },
    'Uploading 2 attachments…',
  ),
  working(
    'downloading attachments',
    { blobsDown: { done: 4, total: 45 }, blobs: { ...NO_BLOBS, alone: 41, all: 41 } },
    'Downloading 41 attachments…',
  ),
  working(
    'turning off, attachments first',
    {
      switch: 'disabling',
      blobsDown: { done: 11, total: 12 },
      blobs: { ...NO_BLOBS, all: 1 },
    },
    'Downloading 1 attachment…',
    'Pause',
  ),
  working(
    'the last one going up',
    { switch: 'enabling', messages: { dirty: 1 }, upload: { done: 9, total: 10 } },
    'Uploading 1 message to iCloud…',
    'Pause',
  ),
  working(
    'synchronizing changes and deletes',
    { messages: { dirty: 12 }, changes: { done: 3, total: 15 } },
    'Synchronizing 12 changes and deletes with iCloud…',
  ),
  working(
    'synchronizing one change',
    { messages: { dirty: 1 }, changes: { done: 0, total: 1 } },
    'Synchronizing 1 change or delete with iCloud…',
  ),
  working('synchronizing', { messages: { stage: 'behind' } }, 'Synchronizing messages with iCloud…'),
  working('finishing', { switch: 'enabling', messages: { stage: 'behind' } }, 'Finishing…', 'Pause'),
  working('turning off', { switch: 'disabling' }, 'Turning off Messages in iCloud…', 'Pause'),
  working(
    'turning off for all devices',
    { switch: 'disabling', switchReason: 'allDevices' },
    'Turning off Messages in iCloud…',
    'Pause',
  ),
  working(
    'turning off for a purge',
    { ...purging, messages: { stage: 'behind', pull: { done: 0, total: 250 } } },
    'Downloading 250 changes from iCloud…',
    'Pause',
  ),
  {
    name: 'off, purge pending',
    status: engine({
      switch: 'off',
      switchReason: 'purging',
      heard: { purge: { id: 'p', atMs: NOW, by: null, asked: true }, bytesUsed: 0, quotaBytes: 0 },
    }),
    text: null,
    action: null,
    bar: false,
  },
  paused(
    'almost full',
    { heard: { purge: null, bytesUsed: 95, quotaBytes: 100 } },
    'iCloud storage is almost full',
    'Manage Storage',
  ),
  paused('held', { held: true }, 'Paused by you', 'Resume'),
  paused('held, turning on', { held: true, switch: 'enabling' }, 'Paused by you while turning on', 'Resume'),
  paused(
    'held, turning off',
    { held: true, switch: 'disabling' },
    'Paused by you while turning off',
    'Resume',
  ),
  paused(
    'on battery',
    { ...large, conditions: { onBattery: true, metered: null } },
    'Paused: on battery, with 4,800 messages to upload',
    'Continue Anyway',
  ),
  paused(
    'metered',
    { ...large, conditions: { onBattery: null, metered: true } },
    'Paused: metered connection, with 4,800 messages to go',
    'Continue Anyway',
  ),
  paused(
    'metered, an attachment waits',
    {
      conditions: { onBattery: null, metered: true },
      blobs: { ...NO_BLOBS, up: { ...NO_UPLOADS, all: 1 } },
      blobsUp: { done: 0, total: 1 },
    },
    'Paused: metered connection, with 1 attachment to go',
    'Continue Anyway',
  ),
  paused(
    'storage full for an attachment',
    { blobs: { ...NO_BLOBS, up: { ...NO_UPLOADS, all: 1, small: 1 } }, blobsFullUntil: NOW + 600_000 },
    'Paused: iCloud storage is full',
    'Manage Storage',
  ),
  paused(
    'files of attachments cannot be used',
    {
      blobs: { ...NO_BLOBS, up: { ...NO_UPLOADS, all: 2, small: 2 } },
      blobsUp: { done: 0, total: 2 },
      filesFailedSince: 1,
    },
    'Paused: files of attachments cannot be used',
    'Try Now',
  ),
  paused('offline', retry(false), 'Paused: no connection', 'Try Now'),
  paused('cloud away', retry(true), 'Paused: the cloud does not answer', 'Try Now'),
  paused('cloud away, next try', retry(true, 0, 12_000), 'Paused: the cloud does not answer', 'Try Now'),
  paused('cloud away, messages wait', retry(true, 3), 'Paused: the cloud does not answer', 'Try Now'),
  paused('storage full', { messages: { fullUntil: 1 } }, 'Paused: iCloud storage is full', 'Manage Storage'),
  paused('disk full', { diskFullUntil: 1 }, 'Paused: this computer’s disk is full', 'Try Now'),
  paused(
    'clock wrong',
    { clock: { cloudMs: 1_800_000_000_000, deviceMs: 1_700_000_000_000, since: 0 } },
    'Paused: this computer’s clock is wrong',
    'Try Now',
  ),
  paused('signed out elsewhere', { session: 'ended' }, 'Paused: this device was signed out', 'Sign In'),
  paused('too old', { appTooOld: true }, 'Paused: this version of Lockstep is too old', 'How to Update'),
  paused('purge pending', { purgePendingUntil: 1 }, 'Paused: iCloud’s messages are to be deleted', null),
  paused(
    'rolled back',
    { messages: { stage: 'stopped', stopped: 'rolledBack' } },
    'Stopped: the cloud shows an older state than before',
    'Repair',
  ),
  paused(
    'forked',
    { messages: { stage: 'stopped', stopped: 'forked' } },
    'Stopped: the cloud tells your devices different things',
    'Repair',
  ),
  paused(
    'damaged',
    { messages: { stage: 'stopped', stopped: 'damaged' } },
    'Stopped: something in the cloud is damaged',
    'Repair',
  ),
  paused('keys forged', { keyring: 'forged' }, 'Stopped: the keys in the cloud are not yours', 'Repair'),
];
