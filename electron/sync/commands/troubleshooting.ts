/**
 * What a person would be told to look at, looked at: whether the cloud answers now and how, how the engine stands, whether the database is
 * whole. These are asked at once, not in the queue of commands: somebody who has trouble would wait behind it.
 */

import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { problemsIn, tablesToCheck } from '../../store/check.ts';
import { getIdentity } from '../../store/identity.ts';
import { PROTOCOL } from '../account/check-cloud.ts';
import type { StepContext } from '../context.ts';
import { CLOCK_TOLERANCE_MS, type ZoneName } from '../engine/state.ts';
import { SyncFailure } from '../failure.ts';
import { numberOf } from '../network/answers.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import { whyNoAnswer } from '../network/no-answer.ts';
import { codeOf } from '../run/failure-kind.ts';
import { systemTimers } from '../run/timers.ts';
import type {
  CloudProbe,
  DatabaseCheck,
  ProbeFailure,
  SyncReport,
  ZoneReport,
} from '../troubleshooting-types.ts';
import type { CommandContext } from './execute.ts';

/** For each of the two calls. A person waits for this one. */
const PROBE_MS = 4_000;

const FAILURES: Partial<Record<ErrorCode, ProbeFailure>> = {
  [ErrorCode.UNAVAILABLE]: 'busy',
  [ErrorCode.RATE_LIMITED]: 'busy',
  [ErrorCode.INTERNAL]: 'busy',
  [ErrorCode.VERSION_UNSUPPORTED]: 'appTooOld',
};

/** Asks the cloud who it is (no session needed), then where the messages zone stands. Whatever goes wrong is the answer, not an error. */
export async function probeCloud({ ctx, runner, online }: CommandContext): Promise<CloudProbe> {
  const identity = getIdentity(ctx.store);
  if (identity === undefined) {
    throw new SyncFailure('signedOut', 'Nobody is signed in on this device.');
  }
  const probe: CloudProbe = {
    failure: null,
    code: null,
    roundTripMs: null,
    clockAheadMs: null,
    cloudVersion: null,
    session: null,
    storage: null,
    stream: 'closed',
  };
  const call = { signal: ctx.abort, timeoutMs: PROBE_MS };
  try {
    const { accounts } = ctx.cloudAt(identity.cloudUrl, null);
    const first = await timed(ctx, () => accounts.getCloudInfo({}, call));
    const cloudMs = numberOf(first.answer.timeMs);
    if (cloudMs > 0 && first.soon) {
      ctx.signal({ type: 'cloudTime', cloudMs, asked: true });
      probe.clockAheadMs = Math.round(first.middleMs - cloudMs);
    }
    probe.roundTripMs = first.tookMs;
    probe.cloudVersion = first.answer.version;
    if (first.answer.protocol !== PROTOCOL) {
      probe.failure = 'appTooOld';
    }
    const second = await timed(ctx, () => ctx.cloud.zones.openZone({ zone: Zone.MESSAGES }, call));
    probe.roundTripMs = Math.min(first.tookMs, second.tookMs);
    probe.session = 'accepted';
    const { state } = second.answer;
    if (state !== undefined) {
      probe.storage = { bytesUsed: numberOf(state.bytesUsed), quotaBytes: numberOf(state.quotaBytes) };
    }
  } catch (error) {
    probe.code = codeOf(error);
    if (sessionEnded(error)) {
      probe.session = 'ended';
    } else {
      probe.failure = failureOf(error, identity.cloudUrl, online);
    }
  }
  probe.stream = runner.state.stream;
  return probe;
}

/** How long it took by a clock that nobody sets, and this computer's time half-way. `soon`: by both clocks (SPEC SYN-165). */
async function timed<T>(
  ctx: StepContext,
  work: () => Promise<T>,
): Promise<{ answer: T; tookMs: number; middleMs: number; soon: boolean }> {
  const began = performance.now();
  const hereMs = ctx.clock.now();
  const answer = await work();
  const tookMs = performance.now() - began;
  const soon = Math.max(tookMs, Math.abs(ctx.clock.now() - hereMs)) <= CLOCK_TOLERANCE_MS;
  return { answer, tookMs: Math.max(1, Math.round(tookMs)), middleMs: ctx.clock.now() - tookMs / 2, soon };
}

function sessionEnded(error: unknown): boolean {
  const said = errorCode(error);
  if (said !== null) {
    return said === ErrorCode.SESSION_REVOKED || said === ErrorCode.UNAUTHENTICATED;
  }
  return error instanceof SyncFailure && error.reason === 'signedOut';
}

function failureOf(error: unknown, cloudUrl: string, online: () => boolean): ProbeFailure {
  const said = errorCode(error);
  if (said !== null) {
    return FAILURES[said] ?? 'refusedCall';
  }
  // A cloud on this computer needs no network.
  const { hostname } = new URL(cloudUrl);
  const near = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return online() || near ? whyNoAnswer(error) : 'offline';
}

export function syncReport({ runner, failures, online }: CommandContext): SyncReport {
  const { state } = runner;
  const zone = (name: ZoneName): ZoneReport => {
    const { stage, stopped, head, seen, dirty, pushLimit, repair } = state.zones[name];
    return { stage, stopped, head, seen, dirty, pushLimit, repairing: repair };
  };
  const { retry } = state;
  return {
    session: state.session,
    switch: state.switch,
    switchReason: state.switchReason,
    keyring: state.keyring,
    mailbox: state.mailbox,
    stream: state.stream,
    online: online(),
    conditions: state.conditions,
    zones: { account: zone('account'), messages: zone('messages') },
    running: Object.values(state.running).flatMap((step) => (step === null ? [] : [step.type])),
    retry:
      retry === null
        ? null
        : { failures: retry.failures, kind: retry.kind, since: retry.since, at: retry.at },
    failures: failures.list(),
  };
}

/** Between two tables, whatever else waits is done. */
export async function checkDatabase({ ctx }: CommandContext): Promise<DatabaseCheck> {
  const { store } = ctx;
  const tables = tablesToCheck(store);
  const problems: DatabaseCheck['problems'] = [];
  for (const table of tables) {
    await systemTimers.breathe();
    const count = problemsIn(store, table);
    if (count > 0) {
      problems.push({ table, count });
    }
  }
  return { at: ctx.clock.now(), tables: tables.length, problems };
}
