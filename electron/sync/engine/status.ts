/** The status line's data: a pure view of the engine's state, and the only one (SPEC SYN-2). */
import type { PausedReason, SyncPhase, SyncStatus } from '../status-types.ts';
import { blobsToUpload, blobsWait, meteredNow, waitsFor } from './conditions.ts';
import { ALMOST_FULL, type EngineState, NO_WORK, type Work } from './state.ts';

type View = Pick<SyncStatus, 'phase' | 'item' | 'done' | 'total' | 'paused' | 'action'>;

const ACTIONS: Partial<Record<PausedReason, SyncStatus['action']>> = {
  offline: 'tryNow',
  cloudUnreachable: 'tryNow',
  cloudTakesNothing: 'tryNow',
  storageFull: 'manageStorage',
  diskFull: 'tryNow',
  clockWrong: 'tryNow',
  signedOut: 'signIn',
  appTooOld: 'update',
  rolledBack: 'repair',
  forked: 'repair',
  keyringForged: 'repair',
  damaged: 'repair',
  held: 'resume',
  onBattery: 'continueAnyway',
  metered: 'continueAnyway',
  filesUnusable: 'tryNow',
};

export function statusOf(state: EngineState): SyncStatus {
  const { purge } = state.heard;
  const full = almostFull(state);
  const view = pausedView(state) ?? afterAsking(state, workView(state));
  return {
    switch: state.switch,
    switchReason: state.switchReason,
    switchedBy: state.switchedBy,
    purge: purge?.asked === true ? { at: purge.atMs, by: purge.by } : null,
    almostFull: full,
    ...view,
    action: full && view.phase === 'idle' ? 'manageStorage' : view.action,
    lastSyncedAt: state.lastSyncedAt,
    waitingToSend: state.outbox.waiting,
  };
}

function almostFull({ session, switch: value, heard }: EngineState): boolean {
  const { bytesUsed, quotaBytes } = heard;
  return session === 'active' && value !== 'off' && quotaBytes > 0 && bytesUsed / quotaBytes >= ALMOST_FULL;
}

function paused(reason: PausedReason, since: number, nextTryAt: number | null = null): View {
  return {
    phase: 'paused',
    item: null,
    done: 0,
    total: null,
    paused: { reason, since, nextTryAt, cloudTime: null, deviceTime: null },
    action: ACTIONS[reason] ?? null,
  };
}

function pausedView(state: EngineState): View | null {
  const since = state.retry?.since ?? state.lastSyncedAt ?? 0;
  if (state.session === 'ended') {
    return paused('signedOut', since);
  }
  if (state.session === 'none') {
    return null;
  }
  if (state.appTooOld) {
    return paused('appTooOld', since);
  }
  if (state.keyring === 'forged') {
    return paused('keyringForged', since);
  }
  for (const zone of [state.zones.messages, state.zones.account]) {
    if (zone.stopped !== null) {
      return paused(zone.stopped, since);
    }
  }
  if (state.clock !== null) {
    const view = paused('clockWrong', state.clock.since);
    return {
      ...view,
      paused: view.paused && {
        ...view.paused,
        cloudTime: state.clock.cloudMs,
        deviceTime: state.clock.deviceMs,
      },
    };
  }
  if (state.diskFullUntil > 0) {
    return paused('diskFull', since, state.diskFullUntil);
  }
  // One failed call is no news; two in a row are.
  if (state.retry !== null && state.retry.failures >= 2) {
    const { write, since, at } = state.retry;
    const there = write && state.stream === 'open' ? 'cloudTakesNothing' : 'cloudUnreachable';
    return paused(state.online ? there : 'offline', since, at);
  }
  // Pending, and nothing of it in the account's own settings: said, and nothing is turned off for it.
  const unasked = state.heard.purge !== null ? !state.heard.purge.asked : state.purgePendingUntil > 0;
  if (unasked && state.switch !== 'off') {
    return paused('purgePending', since);
  }
  if (state.held && state.switch !== 'off') {
    return paused('held', since);
  }
  const { account, messages } = state.zones;
  const { all: filesUp, small: smallUp } = blobsToUpload(state, state.blobs);
  // What nothing but records lack waits for no room once the switch is off.
  const blobsFullUntil = filesUp > 0 ? state.blobsFullUntil : 0;
  if (account.fullUntil > 0 || blobsFullUntil > 0 || (messages.fullUntil > 0 && state.switch !== 'off')) {
    return paused('storageFull', since, Math.max(account.fullUntil, messages.fullUntil, blobsFullUntil));
  }
  const waits = waitsFor(state);
  if (waits !== null) {
    // What it waits with: an upload, or on a metered connection what is to come.
    const { upload } = state;
    const work =
      upload.total === null
        ? messages.stage === 'walking'
          ? messages.walk.messages
          : messages.pull
        : upload;
    return { ...paused(waits, since), item: 'messages', done: work.done, total: work.total };
  }
  if (blobsWait(state)) {
    const work = filesUp > smallUp ? state.blobsUp : state.blobsDown;
    return { ...paused('metered', since), item: 'attachments', done: work.done, total: work.total };
  }
  return null;
}

function working(phase: SyncPhase, item: SyncStatus['item'], work = NO_WORK): View {
  return { phase, item, done: work.done, total: work.total, paused: null, action: null };
}

/** While the cloud is asked what time it is nothing goes up, and what is to go is not over either. */
function afterAsking(state: EngineState, view: View): View {
  const waits = view.phase === 'uploading' || (view.phase === 'idle' && state.outbox.ready);
  return waits && state.timeAskedUntil > state.now ? working('synchronizing', 'changes') : view;
}

function isOver({ done, total }: Work): boolean {
  return total !== null && done >= total;
}

function workView(state: EngineState): View {
  const idle: View = { ...working('idle', null), action: state.session === 'active' ? 'syncNow' : null };
  if (state.session !== 'active') {
    return idle;
  }
  const { account, messages } = state.zones;
  if (account.stage === 'unopened' || account.stage === 'walking') {
    return working('preparing', null);
  }
  if (state.switch !== 'off') {
    if (messages.stage === 'unopened') {
      return working('preparing', null);
    }
    if (messages.stage === 'walking') {
      const { walk } = messages;
      if (walk.conversations.total !== null && !isOver(walk.conversations)) {
        return working('downloading', 'conversations', walk.conversations);
      }
      // What is left then are tombstones: nothing to count.
      return isOver(walk.messages)
        ? working('finishing', null)
        : working('downloading', 'messages', walk.messages);
    }
    // What waits for its time (a message from the mailbox, for its author's put) is no work yet.
    const uploads = state.switch !== 'disabling' && messages.dirty > 0 && messages.dueAt <= state.now;
    if (uploads && state.upload.total !== null) {
      return working('uploading', 'messages', state.upload);
    }
    const changes = uploads ? state.changes : NO_WORK;
    if (messages.stage === 'behind') {
      const many = messages.pull.total !== null && messages.pull.total > 0;
      return many
        ? working('downloading', 'changes', messages.pull)
        : working(state.switch === 'on' ? 'synchronizing' : 'finishing', 'changes', changes);
    }
    // Conversations, read marks, deletes: small, and not what a person would call messages.
    if (uploads || messages.repair || state.running.zones?.type === 'repair') {
      return working('synchronizing', 'changes', changes);
    }
    if (state.switch === 'enabling' || state.switch === 'disabling') {
      return attachmentsView(state) ?? working('finishing', null);
    }
  }
  if (account.stage === 'behind' || state.mailbox === 'behind') {
    return working('synchronizing', 'changes');
  }
  return attachmentsView(state) ?? idle;
}

/** What goes by itself: one that a person has asked for shows where it is. */
function attachmentsView(state: EngineState): View | null {
  const held = state.held || meteredNow(state);
  const up = state.blobsUp.total !== null;
  if (!up && (state.blobsDown.total === null || held)) {
    return null;
  }
  const work = up ? state.blobsUp : state.blobsDown;
  if (state.filesFailedSince !== null) {
    const view = paused('filesUnusable', state.filesFailedSince);
    return { ...view, item: 'attachments', done: work.done, total: work.total };
  }
  return working(up ? 'uploading' : 'downloading', 'attachments', work);
}
