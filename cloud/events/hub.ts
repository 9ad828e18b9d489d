/**
 * Who is watching, and what they have not been told yet. In memory: a poke says only that there is something new, and a
 * stream begins with the current heads, so nothing is lost with it (SPEC EVT-1, EVT-2).
 *
 * Pokes that come while a stream is busy are kept as one per kind: the newest.
 */
import { toHex } from '../../shared/crypto/bytes.ts';

export type KeyringPosition = { logLength: number; epoch: number };

/** Where a zone stands: of two the later one is told. */
export type ZonePosition = { generation: number; head: number; purgeAtMs: number; purgeId: Uint8Array };

export type Waiting = {
  zones: Map<number, ZonePosition>;
  mailbox: number | undefined;
  keyring: KeyringPosition | undefined;
  revoked: boolean;
  closed: boolean;
};

export type Watcher = {
  /** Takes what is waiting, or undefined when there is nothing. */
  take(): Waiting | undefined;
  /** Resolves when something is waiting, or after `ms`. */
  wait(ms: number): Promise<void>;
  leave(): void;
};

export type Timers = { set(work: () => void, ms: number): unknown; clear(timer: unknown): void };

/** Timers that keep no process alive. */
export const systemTimers: Timers = {
  set: (work, ms) => setTimeout(work, ms).unref(),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export type Hub = {
  zone(account: number, kind: number, position: ZonePosition): void;
  mailbox(account: number, head: number): void;
  keyring(account: number, position: KeyringPosition): void;
  revoke(account: number, device: Uint8Array): void;
  watch(account: number, device: Uint8Array, signal: AbortSignal): Watcher;
  /** Ends every stream. */
  close(): void;
  /** A stream that is only now begun says nothing and ends. */
  closed(): boolean;
  /** How many watch now (for tests and the log). */
  size(): number;
};

export const STREAMS_PER_DEVICE = 8;

type Seat = { device: string; waiting: Waiting; wake: () => void };

const nothing = (): Waiting => ({
  zones: new Map(),
  mailbox: undefined,
  keyring: undefined,
  revoked: false,
  closed: false,
});

const isNothing = (waiting: Waiting): boolean =>
  waiting.zones.size === 0 &&
  waiting.mailbox === undefined &&
  waiting.keyring === undefined &&
  !waiting.revoked &&
  !waiting.closed;

export const createHub = (timers: Timers = systemTimers): Hub => {
  const accounts = new Map<number, Set<Seat>>();
  let closed = false;

  const tell = (account: number, change: (waiting: Waiting) => void, device?: string): void => {
    for (const seat of accounts.get(account) ?? []) {
      if (device !== undefined && seat.device !== device) continue;
      change(seat.waiting);
      seat.wake();
    }
  };

  return {
    zone: (account, kind, position) => tell(account, (waiting) => waiting.zones.set(kind, position)),
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

    watch(account, device, signal) {
      const seat: Seat = { device: toHex(device), waiting: nothing(), wake: () => undefined };
      const seats = accounts.get(account) ?? new Set<Seat>();
      seats.add(seat);
      // One that is not used any more may not have been noticed to be gone: the oldest makes room.
      const own = [...seats].filter((other) => other.device === seat.device && !other.waiting.closed);
      for (const oldest of own.slice(0, Math.max(0, own.length - STREAMS_PER_DEVICE))) {
        oldest.waiting.closed = true;
        oldest.wake();
      }
      accounts.set(account, seats);
      const onGone = () => seat.wake();
      signal.addEventListener('abort', onGone);
      return {
        take() {
          if (isNothing(seat.waiting)) return undefined;
          const taken = seat.waiting;
          seat.waiting = nothing();
          return taken;
        },
        wait: (ms) =>
          new Promise((resolve) => {
            if (signal.aborted || !isNothing(seat.waiting)) return resolve();
            const timer = timers.set(() => seat.wake(), ms);
            seat.wake = () => {
              timers.clear(timer);
              seat.wake = () => undefined;
              resolve();
            };
          }),
        leave() {
          signal.removeEventListener('abort', onGone);
          seat.wake();
          seats.delete(seat);
          if (seats.size === 0 && accounts.get(account) === seats) accounts.delete(account);
        },
      };
    },

    close() {
      closed = true;
      for (const account of accounts.keys()) {
        tell(account, (waiting) => {
          waiting.closed = true;
        });
      }
    },
    closed: () => closed,
    size: () => [...accounts.values()].reduce((sum, seats) => sum + seats.size, 0),
  };
};
