/**
 * The sync engine put together from its parts, without a thread. `core.ts` does it with the real ones; a test of the zones alone leaves
 * accounts and mail away.
 *
 * It is the only writer of the store. Commands are answered when their transaction is committed; those that need the network are done one
 * after the other, those that only write are done at once, between two slices of whatever bulk work is going on.
 */

import { within } from '../../../shared/trace.ts';
import { attachmentsFolder, blobFiles } from '../../store/blob-files.ts';
import { getIdentity } from '../../store/identity.ts';
import type { Store } from '../../store/open.ts';
import { settleAllHidden } from '../../store/outbox-hidden.ts';
import { hearTime } from '../account/cloud-time.ts';
import { lookForEndedDevices } from '../account/devices.ts';
import type { Opaque } from '../account/opaque.ts';
import { downloadStep } from '../blobs/download-step.ts';
import { lookThroughFolder, sweepStep } from '../blobs/sweep.ts';
import { uploadStep } from '../blobs/upload-step.ts';
import { doubt, doubtedSince } from '../commands/deleted-at.ts';
import { BY_SWITCH, executeCommand, type OtherCommands } from '../commands/execute.ts';
import { redateDeletes } from '../commands/redate-deletes.ts';
import { UndoBook } from '../commands/undo.ts';
import type { EpochKeys, Random, Signal, StepContext } from '../context.ts';
import { turned } from '../engine/decide.ts';
import { CLOCK_TOLERANCE_MS, type ZoneName } from '../engine/state.ts';
import type { StepResult } from '../engine/steps.ts';
import { SyncFailure } from '../failure.ts';
import { loadKeys, refreshKeyring } from '../keyring/own.ts';
import { endSession } from '../keyring/session-end.ts';
import { lookThroughRetries } from '../mail/outbox-rows.ts';
import { type CloudClient, createCloudClient, type Fetch } from '../network/cloud-client.ts';
import type { Command, CommandName, CommandResult, SyncEvent } from '../protocol.ts';
import { SIZES, type Sizes } from '../sizes.ts';
import type { Conditions, SyncStatus } from '../status-types.ts';
import { forgetRevs } from '../zones/forget.ts';
import { openZone } from '../zones/open-zone.ts';
import { pullChanges, walkPage } from '../zones/pull.ts';
import { pushBatch } from '../zones/push.ts';
import { readAnew } from '../zones/rename.ts';
import { repairZone } from '../zones/repair.ts';
import { finishSwitch, newOffEverywhere, offEverywhereHeard, saveSwitch } from '../zones/switch.ts';
import { tidy } from '../zones/tidy.ts';
import type { ZoneContext } from '../zones/zone-call.ts';
import { storedHeard } from '../zones/zone-heard.ts';
import { Announcer } from './announcer.ts';
import { attempt } from './attempt.ts';
import { CloudClock } from './cloud-clock.ts';
import { codeOf } from './failure-kind.ts';
import { FailureLog } from './failure-log.ts';
import { LiveStream } from './live-stream.ts';
import { counts, outboxCounts, remembered } from './remembered.ts';
import { Runner } from './runner.ts';
import { SaidTime } from './said-time.ts';
import { savedHlc } from './saved-hlc.ts';
import { systemTimers, type Timers } from './timers.ts';
import { WrittenSwitch } from './written-switch.ts';

export type SyncCoreOptions = {
  store: Store;
  fetch: Fetch;
  clock: { now(): number };
  random: Random;
  emit(event: SyncEvent): void;
  timers?: Timers;
  /** How much is done at once: the app's own where nothing is said. */
  sizes?: Sizes;
  /** Whether this machine has any network at all. */
  online?(): boolean;
  /** A host looks at power and connection from the start on and says what it finds (`setConditions`): what is large waits for that. */
  conditionsSoon?: boolean;
  /** Free on the disk that holds the database; null where that is not known. */
  freeBytes?(): number | null;
  /** Where passwords are stretched. Where nothing is said, nobody registers or signs in. */
  openOpaque?(): Opaque;
  /** A step that failed: kind and detail, never content. */
  /** `code`: by name. */
  onFailure?(step: string, kind: string, detail: string, code: string | null): void;
};

export type SyncCore = {
  start(): void;
  execute<N extends CommandName>(command: Extract<Command, { name: N }>): Promise<CommandResult<N>>;
  status(): SyncStatus;
  /** What the host knows of this computer: each time it changes. */
  setConditions(conditions: Conditions): void;
  /** A step is under way. */
  busy(): boolean;
  stop(): Promise<void>;
};

/** What the other half of sync brings: mail's two steps, and the commands that are not about zones. */
export type SyncParts = {
  /** since: what was accepted up to then is set aside until it is null again. */
  receive(ctx: StepContext, since: number | null): Promise<StepResult['receive']>;
  /** Mail that is safe elsewhere by now. */
  acknowledge(ctx: StepContext): Promise<void>;
  send(ctx: StepContext): Promise<StepResult['send']>;
  commands: OtherCommands;
};

export function assembleSync(options: SyncCoreOptions, parts: SyncParts): SyncCore {
  const { store, clock, random } = options;
  const timers = options.timers ?? systemTimers;
  const abort = new AbortController();
  let keys: EpochKeys | null = null;
  let client: { token: string; url: string; cloud: CloudClient } | null = null;
  const cloudClock = new CloudClock(timers);
  const writeClock = {
    now: () => cloudClock.forWriting(clock.now(), runner.state.clock !== null),
    isHeard: () => cloudClock.heardMs !== null,
  };

  const cloudAt = (url: string, token: string | null) =>
    createCloudClient({ fetch: options.fetch, url, token });
  const announcer = new Announcer(store, timers, options.emit);
  const failures = new FailureLog(clock);
  const online = () => options.online?.() ?? true;

  const ctx: ZoneContext = {
    store,
    files: blobFiles(attachmentsFolder(store.path)),
    get cloud() {
      const identity = getIdentity(store);
      if (identity === undefined || identity.sessionToken === null || identity.state !== 'active') {
        throw new SyncFailure('signedOut', 'Nobody is signed in on this device.');
      }
      const { cloudUrl: url, sessionToken: token } = identity;
      if (client === null || client.token !== token || client.url !== url) {
        client = { token, url, cloud: cloudAt(url, token) };
      }
      return client.cloud;
    },
    cloudAt,
    clock,
    random,
    writeClock,
    hlc: savedHlc(store, writeClock),
    keys: {
      get: () => keys,
      set: (next) => {
        keys = next;
      },
    },
    emit: options.emit,
    signal,
    freeBytes: () => options.freeBytes?.() ?? null,
    openOpaque() {
      if (options.openOpaque === undefined)
        throw new Error('There is nothing here that stretches passwords.');
      return options.openOpaque();
    },
    abort: abort.signal,
    timers,
    sizes: options.sizes ?? SIZES,
    ahead: new Map(),
    carried: new Map(),
    askedKeysFor: new Set(),
  };

  /** Mail is acknowledged once the zone has it, by our put or another device's; a failure here waits for the next time. */
  const thenAcknowledge = async <T>(zone: ZoneName, step: Promise<T>): Promise<T> => {
    const result = await step;
    if (zone === 'messages') await parts.acknowledge(ctx).catch(() => undefined);
    return result;
  };

  const written = new WrittenSwitch({
    timers,
    stopped: abort.signal,
    write: () => {
      // Who signs in next finds it in the database.
      if (runner.state.session !== 'active') return;
      within('saveSwitch', () => saveSwitch(ctx, runner.state));
      announcer.changed();
    },
  });
  const live = new LiveStream({ ctx, failures, runner: () => runner });
  const runner: Runner = new Runner({
    clock,
    timers,
    jitter: () => (random(1)[0] ?? 0) / 256,
    steps: {
      open: ({ zone, take }) => openZone(ctx, zone, take),
      walk: ({ zone }) => walkPage(ctx, zone),
      changes: async ({ zone }) => {
        const result = await thenAcknowledge(zone, pullChanges(ctx, zone));
        if (zone === 'account' && !result.more) hearAccount();
        return result;
      },
      push: async ({ zone, limit, full }) => {
        const result = await thenAcknowledge(zone, pushBatch(ctx, zone, limit, full));
        if (zone === 'account' && result.reached !== undefined) hearAccount();
        return result;
      },
      repair: ({ zone }) => repairZone(ctx, zone),
      forgetRevs: ({ zone }) => forgetRevs(ctx, zone),
      finishSwitch: ({ on }) =>
        finishSwitch(ctx, on, () => {
          // With what was fetched just now.
          runner.recount();
          return turned(runner.state) === on;
        }),
      tidy: (step) => tidy(ctx, step, cloudClock.now()),
      refreshKeyring: async () => {
        await refreshKeyring(ctx);
        await lookForEndedDevices(ctx);
        return null;
      },
      receive: ({ since }) => parts.receive(ctx, since),
      send: () => parts.send(ctx),
      upload: ({ only, records }) => uploadStep(ctx, only, records),
      download: ({ what }) => downloadStep(ctx, what),
      sweep: () => sweepStep(ctx),
    },
    remembered: () => remembered(store),
    counts: () => counts(store, clock.now()),
    saveSwitch: () => written.turned(),
    beforeStep: () => written.settle(),
    watch: () => live.open(),
    unwatch: () => live.close(),
    online,
    conditionsSoon: options.conditionsSoon ?? false,
    onTime: (cloudMs) => saidTime.said(cloudMs),
    onClockWrong: ({ cloudMs, deviceMs }) => {
      // Before its pushes go on, which is when the clock is right again.
      if (cloudMs > deviceMs) redate(cloudMs);
    },
    onStatus: (status) => announcer.status(status),
    onStep: () => {
      announcer.changed();
      live.followSwitch();
    },
    onFailure: (step, kind, detail, code) => {
      failures.note(`step ${step.type}${'zone' in step ? ` ${step.zone}` : ''}`, kind, code);
      // Whichever step hears it first: the session is over, and the person is told why.
      if (kind === 'removed' || kind === 'sessionEnded')
        attempt(timers, abort.signal, () => endSession(ctx, kind === 'removed' ? 'removed' : 'revoked'));
      options.onFailure?.(step.type, kind, detail, code);
    },
  });

  function signal(signal: Signal): void {
    switch (signal.type) {
      case 'signedIn':
        signedIn();
        break;
      case 'signedOut':
        client = null;
        runner.dispatch({ type: 'ended', reason: signal.reason === 'signedOut' ? 'signedOut' : 'removed' });
        break;
      case 'outbox':
      case 'dirty':
        runner.recount();
        break;
      case 'committed':
        // What has come does not wait to be sent any more, however long its step goes on.
        if (outboxCounts(store).waiting !== runner.state.outbox.waiting) runner.recount();
        break;
      case 'keyringStale':
        runner.dispatch({ type: 'keyringPoke' });
        break;
      case 'keyringForged':
      case 'notWhole':
        runner.dispatch({ type: signal.type });
        break;
      case 'cloudTime':
        // It comes with pages, and may date anew what was deleted. Not as a part of somebody's transaction, which may fail without it.
        if (store.db.inTransaction) {
          void Promise.resolve()
            .then(() => abort.signal.aborted || heardTime(signal))
            .catch((error: unknown) => {
              // A device that was ended in the middle of it has nobody to tell.
              if (!abort.signal.aborted) throw error;
            });
        } else heardTime(signal);
        break;
    }
    announcer.changed();
  }

  function heardTime({ cloudMs, asked }: Extract<Signal, { type: 'cloudTime' }>): void {
    if (asked === true) takeTime(cloudMs);
    else saidTime.said(cloudMs);
  }

  function takeTime(cloudMs: number): void {
    const was = cloudClock.now();
    const heardMs = cloudClock.heardMs;
    cloudClock.hear(cloudMs);
    // What was dated by the cloud's time meanwhile was dated too early: that had lain, or stood still while the machine slept.
    const late = runner.state.clock !== null && was !== null && cloudMs - was > CLOCK_TOLERANCE_MS;
    if (late || doubtedSince(store) !== null) redate(cloudMs, late ? heardMs : null);
    runner.dispatch({ type: 'cloudTime', cloudMs });
  }

  /** `sinceMs`: what was deleted on this device alone, and is dated from then on, is in doubt. */
  function redate(cloudMs: number, sinceMs: number | null = null): void {
    if (keys === null) return;
    within('redate', () =>
      attempt(timers, abort.signal, () => {
        if (sinceMs !== null) doubt(store, sinceMs);
        undos.redated(redateDeletes(ctx, cloudMs));
      }),
    );
  }

  /** The account's settings are here as the cloud has them: what was asked of all devices on another one. */
  function hearAccount(): void {
    const by = newOffEverywhere(store);
    // In no transaction: the switch is written down again where that fails, and what fails may take a whole transaction with it.
    if (by !== null) runner.dispatch({ type: 'offEverywhere', by });
    offEverywhereHeard(store);
    runner.dispatch({ type: 'zoneHeard', heard: storedHeard(store) });
  }

  function signedIn(): void {
    client = null;
    if (keys === null) {
      loadKeys(ctx);
    }
    attempt(timers, abort.signal, () => readAnew(ctx));
    runner.dispatch({ type: 'started', remembered: remembered(store) });
    runner.recount();
  }

  const saidTime = new SaidTime({
    clock,
    off: () => runner.state.clock,
    ask: () =>
      hearTime(ctx).catch((error: unknown) => failures.note('hear the time', 'failed', codeOf(error))),
    take: takeTime,
    asking: (open) => runner.dispatch({ type: 'askingTime', open }),
  });
  const undos = new UndoBook(store, timers, random);
  let networkCommands: Promise<unknown> = Promise.resolve();
  const queue = <T>(work: () => Promise<T>): Promise<T> => {
    const next = networkCommands.then(work, work);
    networkCommands = next.catch(() => {});
    return next;
  };

  return {
    start() {
      within('start', () => {
        loadKeys(ctx);
        readAnew(ctx);
        settleAllHidden(store);
        lookThroughRetries(ctx);
        lookThroughFolder(ctx);
      });
      runner.start();
    },
    async execute(command) {
      try {
        if (BY_SWITCH.has(command.name)) written.settle();
        const on = { ctx, runner, queue, undos, breathe: () => timers.breathe(), failures, online };
        return (await within(command.name, () => executeCommand(on, parts.commands, command))) as never;
      } catch (error) {
        failures.note(`command ${command.name}`, 'failed', codeOf(error));
        throw error;
      } finally {
        runner.recount();
        announcer.changed();
      }
    },
    status: () => runner.status,
    setConditions: (conditions) => runner.dispatch({ type: 'conditions', conditions }),
    busy: () => runner.busy || saidTime.busy,
    async stop() {
      abort.abort();
      undos.stop();
      await runner.stop();
      await networkCommands;
      await saidTime.stop();
      announcer.stop();
    },
  };
}
