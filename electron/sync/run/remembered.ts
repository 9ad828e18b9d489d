/** The engine's state as the database tells it: at start and after signing in. */

import { messagesToUpload, unreadable } from '../../store/bases.ts';
import { blobCounts } from '../../store/blobs.ts';
import { dirtyCount, nextDirtyMs } from '../../store/dirty.ts';
import { getIdentity } from '../../store/identity.ts';
import type { Store } from '../../store/open.ts';
import { nextOutbox, waitingCount } from '../../store/outbox.ts';
import { getZoneState, lastInStep } from '../../store/zone-state.ts';
import { blobMemory } from '../blobs/memory.ts';
import { takenNow } from '../blobs/too-large.ts';
import { type Counts, LARGE_BLOB, type Remembered, type ZoneName } from '../engine/state.ts';
import { switchMemory } from '../zones/switch.ts';
import { savedWalk } from '../zones/walk.ts';
import { storedHeard } from '../zones/zone-heard.ts';

export function remembered(store: Store): Remembered {
  const identity = getIdentity(store);
  const account = getZoneState(store, 'account');
  const messages = getZoneState(store, 'messages');
  const signedIn = identity !== undefined && identity.state === 'active' && identity.sessionToken !== null;
  const zone = (name: ZoneName): Remembered['zones'][ZoneName] => {
    const state = name === 'account' ? account : messages;
    const known = {
      named: state.generation > 0,
      stopped: null,
      seen: state.head,
      walk: savedWalk(state.extra),
      walkSince: state.phase === 'walking' ? ((state.extra['openedMs'] as number | undefined) ?? null) : null,
    };
    switch (state.phase) {
      case 'walking':
        return { ...known, stage: 'walking' };
      case 'releasing':
      case 'following':
        return { ...known, stage: 'behind' };
      case 'forgetting':
        return { ...known, stage: 'unopened', forget: true };
      case 'stopped:forked':
        return { ...known, stage: 'stopped', stopped: 'forked' };
      case 'stopped:rolledBack':
        return { ...known, stage: 'stopped', stopped: 'rolledBack' };
      default:
        return { ...known, stage: 'unopened' };
    }
  };
  return {
    signedIn,
    ended: identity !== undefined && !signedIn,
    switch: messages.switch,
    switchReason: messages.switchReason,
    ...switchMemory(messages),
    heard: storedHeard(store),
    zones: { account: zone('account'), messages: zone('messages') },
    lastSyncedAt: lastInStep(store),
    notWhole: messages.switch === 'on' && unreadable(store, 'messages', 1).length > 0,
  };
}

/** Asked after every step and command: what is read for it is kept by the store until something of it is written. */
export function counts(store: Store, nowMs: number): Counts {
  const zone = (name: ZoneName) => {
    const dirty = store.kept(`dirty ${name}`, DIRTY, () => dirtyCount(store, name));
    return { dirty, dueAt: dirty === 0 ? 0 : (nextDirtyMs(store, name, nowMs) ?? 0) };
  };
  const messages = zone('messages');
  const blobs = store.kept('blob counts', BLOBS, () => blobCounts(store, LARGE_BLOB));
  const uploads = () => store.kept('messages to upload', UPLOADS, () => messagesToUpload(store));
  return {
    zones: { account: zone('account'), messages },
    newMessages: messages.dirty === 0 ? 0 : Math.min(messages.dirty, uploads()),
    outbox: outboxCounts(store),
    blobs: { ...blobs, loose: looseNow(store, blobs.loose) + takenNow(store).length },
  };
}

/** What of that is about the outbox. */
export function outboxCounts(store: Store): Counts['outbox'] {
  return store.kept('outbox counts', WAITING, () => {
    const next = nextOutbox(store);
    return {
      ready: next !== undefined,
      // Edits, reactions and receipts go as well, but a person is told of messages only.
      waiting: waitingCount(store),
      // A message that waits for its attachments goes when they are there.
      dueAt: next?.notBeforeMs ?? Number.POSITIVE_INFINITY,
    };
  });
}

/** What the system does not let go is no work, until something else is. */
const looseNow = (store: Store, loose: number): number => Math.max(0, loose - blobMemory(store).stuck.size);

const DIRTY = ['dirty'];
// What has come meanwhile does not wait any more.
const WAITING = ['outbox', 'message'];
const UPLOADS = ['record', 'local_delete'];
const BLOBS = ['blob', 'blob_loose', 'attachment_draft', 'outbox'];
