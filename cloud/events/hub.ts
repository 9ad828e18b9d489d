/**
 * Who is watching, and what they have not been told yet. In memory: a poke says only that there is something new, and a
 * stream begins with the current heads, so nothing is lost with it (SPEC EVT-1, EVT-2).
 *
 * What comes while a stream is busy is kept as one poke a kind, the newest. Small changes that come with a zone's pokes are kept as they
 * follow each other, up to a limit; then the newest position alone is told, and the device asks.
 *
 * [Note: one timer for all] Beats are due in the order in which they were given last, since all are as far apart: one queue and one timer
 * serve every stream, and an idle stream is a seat and nothing else.
 */
import { toHex } from '../../shared/crypto/bytes.ts';
import type { WatchResponse } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import type { ChangesResponse } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { Frame } from '../http/services.ts';

export type KeyringPosition = { logLength: number; epoch: number };

/** Where a zone stands: of two the later one is told. */
export type ZonePosition = { generation: number; head: number; purgeAtMs: number; purgeId: Uint8Array };

/** What changed after `from`, as a page of Changes. */
export type ZoneChanges = { from: number; page: ChangesResponse; bytes: number; device: Uint8Array };

export type Poke = Frame<WatchResponse>;

/** One object for all who are told: watch.ts encodes it once, with and without what changed. */
export type ZoneNews = {
  readonly position: ZonePosition;
  readonly changes: ZoneChanges | undefined;
  plain?: Poke | undefined;
  full?: Poke | undefined;
};

type Told = { news: ZoneNews; full: boolean };

export type Waiting = {
  zones: Map<number, Told[]>;
  mailbox: number | undefined;
  keyring: KeyringPosition | undefined;
  beat: boolean;
  revoked: boolean;
  closed: boolean;
};

export type Watcher = {
  /** Takes what is waiting, or undefined when there is nothing. */
  take(): Waiting | undefined;
  leave(): void;
};

export type Timers = { set(work: () => void, ms: number): unknown; clear(timer: unknown): void };

/** Timers that keep no process alive. */
export const systemTimers: Timers = {
  set: (work, ms) => setTimeout(work, ms).unref(),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export type Hub = {
  zone(account: number, kind: number, position: ZonePosition, changes?: ZoneChanges): void;
  mailbox(account: number, head: number): void;
  keyring(account: number, position: KeyringPosition): void;
  revoke(account: number, device: Uint8Array): void;
  /** `carry`: the zones whose small changes are to come along. `wake` is called when there is something to take. */
  watch(account: number, device: Uint8Array, carry: readonly number[], wake: () => void): Watcher;
  /** Ends every stream. */
  close(): void;
  /** A stream that is only now begun says nothing and ends. */
  closed(): boolean;
  /** How many watch now (for tests and the log). */
  size(): number;
};

export const STREAMS_PER_DEVICE = 8;
export const BEAT_MS = 25_000;
/** Of changes that wait for one stream: beyond it they are asked for. */
const MOST_KEPT = 64 * 1024;
/** A beat may be this late, so that thousands of them do not need a timer each. */
const BEATS_TOGETHER_MS = 200;

type Seat = { device: string; carry: readonly number[]; waiting: Waiting | undefined; wake: () => void };

const nothing = (): Waiting => ({
  zones: new Map(),
  mailbox: undefined,
  keyring: undefined,
  beat: false,
  revoked: false,
  closed: false,
});

/** What a stream is to be told of a zone once this came too. */
const follow = (before: readonly Told[], told: Told): Told[] => {
  if (!told.full) return [told];
  const bytes = before.reduce((sum, { news, full }) => sum + (full ? (news.changes?.bytes ?? 0) : 0), 0);
  if (bytes + (told.news.changes?.bytes ?? 0) > MOST_KEPT) return [{ ...told, full: false }];
  return [...before, told];
};

export const createHub = (timers: Timers = systemTimers, now: () => number = Date.now): Hub => {
  const accounts = new Map<number, Set<Seat>>();
  /** When each is due its next beat, the first one first. */
  const beats = new Map<Seat, number>();
  let beating: { timer: unknown } | undefined;
  let closed = false;

  const tellSeat = (seat: Seat, change: (waiting: Waiting) => void): void => {
    seat.waiting ??= nothing();
    change(seat.waiting);
    seat.wake();
  };
  const tell = (account: number, change: (waiting: Waiting, seat: Seat) => void, device?: string): void => {
    for (const seat of [...(accounts.get(account) ?? [])]) {
      if (device !== undefined && seat.device !== device) continue;
      tellSeat(seat, (waiting) => change(waiting, seat));
    }
  };

  const beat = (): void => {
    beating = undefined;
    const time = now();
    for (const [seat, due] of beats) {
      if (due > time) break;
      beats.delete(seat);
      beats.set(seat, time + BEAT_MS);
      tellSeat(seat, (waiting) => {
        waiting.beat = true;
      });
    }
    awaitBeat();
  };
  const awaitBeat = (): void => {
    if (beating !== undefined) return;
    const first = beats.values().next().value;
    if (first === undefined) return;
    const wait = Math.max(first - now(), Math.min(BEATS_TOGETHER_MS, beats.size - 1));
    beating = { timer: timers.set(beat, wait) };
  };

  return {
    zone: (account, kind, position, changes) => {
      const news: ZoneNews = { position, changes };
      const own = changes === undefined ? '' : toHex(changes.device);
      tell(account, (waiting, seat) => {
        // Who made the change has it.
        const full = changes !== undefined && seat.device !== own && seat.carry.includes(kind);
        waiting.zones.set(kind, follow(waiting.zones.get(kind) ?? [], { news, full }));
      });
    },
    mailbox: (account, head) =>
      tell(account, (waiting) => {
        waiting.mailbox = Math.max(head, waiting.mailbox ?? 0);
      }),
    keyring: (account, position) =>
      tell(account, (waiting) => {
        waiting.keyring = position;
      }),
    revoke: (account, device) =>
      tell(
        account,
        (waiting) => {
          waiting.revoked = true;
        },
        toHex(device),
      ),

    watch(account, device, carry, wake) {
      const seat: Seat = { device: toHex(device), carry, waiting: undefined, wake };
      const seats = accounts.get(account) ?? new Set<Seat>();
      seats.add(seat);
      // One that is not used any more may not have been noticed to be gone: the oldest makes room.
      const own = [...seats].filter(
        (other) => other.device === seat.device && other.waiting?.closed !== true,
      );
      for (const oldest of own.slice(0, Math.max(0, own.length - STREAMS_PER_DEVICE))) {
        tellSeat(oldest, (waiting) => {
          waiting.closed = true;
        });
      }
      accounts.set(account, seats);
      beats.set(seat, now() + BEAT_MS);
      awaitBeat();
      return {
        take() {
          const taken = seat.waiting;
          seat.waiting = undefined;
          return taken;
        },
        leave() {
          beats.delete(seat);
          seats.delete(seat);
          if (seats.size === 0 && accounts.get(account) === seats) accounts.delete(account);
          if (beats.size > 0 || beating === undefined) return;
          timers.clear(beating.timer);
          beating = undefined;
        },
      };
    },

    close() {
      closed = true;
      for (const account of [...accounts.keys()]) {
        tell(account, (waiting) => {
          waiting.closed = true;
        });
      }
    },
    closed: () => closed,
    size: () => [...accounts.values()].reduce((sum, seats) => sum + seats.size, 0),
  };
};
