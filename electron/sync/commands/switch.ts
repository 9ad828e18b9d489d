/**
 * What a person does to the switch "Messages in iCloud": on, off here, off for all devices, Disable & Delete and its Undo. Each is an event of
 * the engine; what must reach the other devices is written into the account's settings first (SPEC SWI-*).
 */

import { Code, ConnectError } from '@connectrpc/connect';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { newSettings } from '../../../shared/model/settings.ts';
import { requestValue } from '../../../shared/model/values.ts';
import {
  type ZoneState as CloudZoneState,
  Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { SettingsField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { unreadable } from '../../store/bases.ts';
import { knownBytes, notHere } from '../../store/blobs.ts';
import { setZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { setSwitch as turned } from '../engine/reduce-switch.ts';
import { SyncFailure } from '../failure.ts';
import { numberOf } from '../network/answers.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import type { CommandInput } from '../protocol.ts';
import type { Runner } from '../run/runner.ts';
import type { SwitchOffPreview } from '../status-types.ts';
import { currentKeys, generationAtCloud, settingsRecordId } from '../zones/names.ts';
import { rememberOffEverywhere, saveSwitch } from '../zones/switch.ts';
import { messagesAmong } from '../zones/walk.ts';
import { askZone, heard, stateIn } from '../zones/zone-call.ts';
import { noteHeard } from '../zones/zone-heard.ts';
import { answerDeletedHere } from './deleted-here.ts';
import { CLEARED, writeRegister } from './registers.ts';

/** Room that must be left beside what comes down: the write-ahead log, the search index, everybody else on this computer. */
const RESERVE_BYTES = 256 * 1024 * 1024;
/** A message takes about so many times its sealed size here: its content, its projection, its words in the search index. */
const GROWTH = 3;
/** Somebody waits for the answer. */
const ASK_MS = 10_000;

export async function setSwitch(
  ctx: StepContext,
  runner: Runner,
  { on, deletedHere, everywhere }: CommandInput<'setSwitch'>,
): Promise<null> {
  const { store } = ctx;
  // Nothing would come of it, and nobody would be told: what is answered here must not be answered in vain.
  if (runner.state.session !== 'active') {
    throw new SyncFailure('signedOut', 'Nobody is signed in on this device.');
  }
  if (on) {
    if (runner.state.heard.purge?.asked === true) {
      throw new SyncFailure('purgePending', 'The messages in iCloud are to be deleted. Undo that first.');
    }
    store.write(() => {
      answerDeletedHere(ctx, deletedHere ?? 'bringBack');
      // A person has just decided here.
      rememberOffEverywhere(store);
      saveTurned(ctx, runner, true);
    });
    runner.dispatch({ type: 'setSwitch', on: true });
    return null;
  }
  if (runner.state.switch !== 'off') {
    await demandRoom(ctx, runner);
  }
  if (everywhere === true) {
    store.write(() => {
      request(ctx, SettingsField.OFF_EVERYWHERE, ctx.random(16));
      rememberOffEverywhere(store);
      saveTurned(ctx, runner, false);
    });
  }
  runner.dispatch({ type: 'setSwitch', on: false });
  return null;
}

/** As the engine will have it, in the transaction of what goes with it: a device that dies right after that has done all of it, or nothing. */
function saveTurned(ctx: StepContext, { state }: Runner, on: boolean): void {
  saveSwitch(ctx, turned(state, on));
}

function request(ctx: StepContext, field: SettingsField, id: Uint8Array): void {
  const value = requestValue(id, currentKeys(ctx).deviceId, ctx.writeClock.now());
  writeRegister(ctx, 'account', settingsRecordId(ctx), newSettings(), field, value);
}

/** Nobody turns the switch off into a disk that is full. Where it cannot be known, the download itself finds out. */
async function demandRoom(ctx: StepContext, runner: Runner): Promise<void> {
  const preview = await switchOffPreview(ctx, runner).catch(() => null);
  if (preview !== null && !preview.fits) {
    throw new SyncFailure(
      'diskTooSmall',
      `What is only in iCloud needs about ${preview.bytes} bytes here, and ${preview.freeBytes} are free. Make room first; the switch stays on.`,
    );
  }
}

export async function switchOffPreview(ctx: StepContext, runner: Runner): Promise<SwitchOffPreview> {
  const { stage, seen, head } = runner.state.zones.messages;
  const whole = unreadable(ctx.store, 'messages', 1).length === 0;
  const nothing = stage === 'current' && seen === head && whole;
  const messages = nothing ? { toDownload: 0, bytes: 0 } : await onlyInCloud(ctx);
  const attachments = notHere(ctx.store);
  const { toDownload } = messages;
  const bytes = messages.bytes + attachments.bytes;
  const freeBytes = ctx.freeBytes();
  return {
    toDownload,
    attachments: attachments.count,
    bytes,
    freeBytes,
    fits: bytes === 0 || freeBytes === null || freeBytes - RESERVE_BYTES >= bytes,
  };
}

/** Messages that the cloud has and whose content is not here, and what they and all else to come take: counted, not opened. */
async function onlyInCloud(ctx: StepContext): Promise<{ toDownload: number; bytes: number }> {
  const state = await ask(ctx);
  const here = ctx.store.get<{ records: number; messages: number }>(
    `SELECT count(*) AS records, count(CASE WHEN kind = 1 THEN 1 END) AS messages FROM record
     WHERE zone = 2 AND gone = 0 AND rev > 0 AND payload IS NOT NULL`,
  )!;
  const records = numberOf(state.records);
  const toCome = Math.max(0, records - here.records);
  // What is known of attachments is counted by itself, and does not grow here.
  const used = Math.max(0, numberOf(state.bytesUsed) - knownBytes(ctx.store));
  const bytes = records === 0 ? 0 : Math.ceil((used * toCome * GROWTH) / records);
  return { toDownload: Math.max(0, messagesAmong(state) - here.messages), bytes };
}

async function ask(ctx: StepContext): Promise<CloudZoneState> {
  const late = new AbortController();
  const cancel = ctx.timers.after(ASK_MS, () =>
    late.abort(new DOMException('The cloud takes too long.', 'TimeoutError')),
  );
  const signal = AbortSignal.any([ctx.abort, late.signal]);
  try {
    return await askZone(ctx, 'messages', signal);
  } finally {
    cancel();
  }
}

/**
 * Disable & Delete. Written into the settings first, then asked of the cloud: when the answer is lost, both or neither hold, and a purge that
 * the settings do not name turns nothing off.
 */
export async function disableAndDelete(ctx: StepContext, runner: Runner): Promise<null> {
  const { store } = ctx;
  const id = ctx.random(16);
  const before = await ask(ctx);
  if (before.purgeAtMs > 0n && before.purgeId.length === 16) {
    // Pending already, perhaps by a device whose word has not come here yet. This person asks for the same.
    request(ctx, SettingsField.PURGE, before.purgeId);
    tell(ctx, runner, before);
    return null;
  }
  request(ctx, SettingsField.PURGE, id);
  const pending = stateIn(
    await ctx.cloud.zones.markForPurge(
      { zone: Zone.MESSAGES, generation: generationAtCloud(store), purgeId: id },
      { signal: ctx.abort },
    ),
  );
  if (pending.purgeId.length === 16 && toHex(pending.purgeId) !== toHex(id)) {
    // Two devices at one moment: the first stands.
    request(ctx, SettingsField.PURGE, pending.purgeId);
  }
  tell(ctx, runner, pending);
  return null;
}

export async function undoPurge(ctx: StepContext, runner: Runner): Promise<null> {
  const over = () =>
    new SyncFailure(
      'purgeOver',
      'There is nothing to undo: the messages in iCloud are not to be deleted, or are gone.',
    );
  const before = await ask(ctx);
  if (before.purgeAtMs === 0n || before.generation !== generationAtCloud(ctx.store)) {
    tell(ctx, runner, before);
    throw over();
  }
  let state: CloudZoneState;
  try {
    const answer = await ctx.cloud.zones.undoPurge(
      { zone: Zone.MESSAGES, generation: before.generation, purgeId: before.purgeId },
      { signal: ctx.abort },
    );
    state = stateIn(answer);
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.Canceled) throw error;
    if (errorCode(error) === ErrorCode.GENERATION_CHANGED) throw over();
    throw error;
  }
  // The same purge shown again by the cloud would be one that nobody asked for.
  writeRegister(ctx, 'account', settingsRecordId(ctx), newSettings(), SettingsField.PURGE, CLEARED);
  tell(ctx, runner, state);
  return null;
}

function tell(ctx: StepContext, runner: Runner, state: CloudZoneState): void {
  if (state.generation !== generationAtCloud(ctx.store)) {
    // The next step of the zone finds out what that means.
    runner.dispatch({ type: 'syncNow' });
    return;
  }
  const said = ctx.store.write(() => {
    setZoneState(ctx.store, 'messages', heard(ctx, state));
    return noteHeard(ctx, state);
  });
  runner.dispatch({ type: 'zoneHeard', heard: said });
}
