/** Every state of the status line, from the engine's own state machine: what made it, and what must stand there. */
import type { SyncStatus } from '../../electron/api/types.ts';
import {
  type EngineState,
  initialState,
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

const retry = (online: boolean, waiting = 0): More => ({
  online,
  retry: { failures: 3, at: 0, since: 0, kind: 'network', notBefore: 0 },
  outbox: { waiting, dueAt: 0 },
});

const walking = (conversations: Work, messages: Work): More => ({
  messages: { stage: 'walking', walk: { conversations, messages } },
});

const working = (name: string, more: More, text: string): Shown => ({
  name,
  status: engine(more),
  text,
  action: null,
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
    'the last one going up',
    { switch: 'enabling', messages: { dirty: 1 }, upload: { done: 9, total: 10 } },
    'Uploading 1 message to iCloud…',
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
  working('finishing', { switch: 'enabling', messages: { stage: 'behind' } }, 'Finishing…'),
  working('turning off', { switch: 'disabling' }, 'Turning off Messages in iCloud…'),
  paused('offline', retry(false), 'Paused: no connection', 'Try Now'),
  paused('cloud away', retry(true), 'Paused: the cloud does not answer', 'Try Now'),
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
