/**
 * What every step of synchronizing works with: account, keyring, mail, zones and commands take one of these.
 *
 * Nothing here knows of threads. The worker, the tests and the simulator each build one; time, randomness and the network come
 * in as parameters, so a seed replays a whole run.
 */
import type { Hlc } from '../../shared/clock/hlc.ts';
import type { BlobFiles } from '../store/blob-files.ts';
import type { Store } from '../store/open.ts';
import type { Opaque } from './account/opaque.ts';
import type { CloudClient } from './network/cloud-client.ts';
import type { SyncEvent } from './protocol.ts';
import type { Timers } from './run/timers.ts';
import type { Sizes } from './sizes.ts';

export type Random = (length: number) => Uint8Array;

/**
 * The epoch keys that this device holds and has verified. Made by `keyring/`, read by `zones/` and `mail/`.
 * A new object for each change: holding one through a step is safe.
 */
export type EpochKeys = {
  readonly accountId: Uint8Array;
  readonly deviceId: Uint8Array;
  /** Highest verified epoch. */
  readonly current: number;
  /** K_e, or undefined where this device does not hold it (a newer epoch: refresh the keyring). */
  epochKey(epoch: number): Uint8Array | undefined;
};

export type KeyHolder = {
  /** Null before sign-in and after sign-out. */
  get(): EpochKeys | null;
  /** Called by `keyring/` (load, refresh) and `account/`. */
  set(keys: EpochKeys | null): void;
};

/** What a step has learnt that the engine must hear; the runner turns it into an engine event. */
export type Signal =
  /** Somebody signed in here: zones, mailbox and stream begin. */
  | { type: 'signedIn' }
  | { type: 'signedOut'; reason: 'signedOut' | 'removed' | 'stolen' | 'revoked' }
  /** Something is in the outbox. */
  | { type: 'outbox' }
  /** Records have changes to push. */
  | { type: 'dirty'; zone: 'account' | 'messages' }
  /** In the middle of a step: what is there by now may be shown. */
  | { type: 'committed' }
  | { type: 'keyringStale' }
  /** Records are known of and not whole here, and were asked for just now. */
  | { type: 'notWhole' }
  /** A forged or rolled-back keyring: everything that writes stops. */
  | { type: 'keyringForged' }
  /** `asked`: in an answer that came soon (account/cloud-time.ts). Any other may have lain (SPEC SYN-165). */
  | { type: 'cloudTime'; cloudMs: number; asked?: true };

export type StepContext = {
  /** The one writer. Steps open their own transactions, never across an `await`. */
  readonly store: Store;
  /** The sealed files of attachments, beside the store. */
  readonly files: BlobFiles;
  /** Clients of the signed-in cloud, with the session's token. Throws `SyncFailure('signedOut')` without one. */
  readonly cloud: CloudClient;
  /** Clients of any cloud: for sign-up and sign-in. `token`: a session token or ticket, or null. */
  cloudAt(url: string, token: string | null): CloudClient;
  readonly clock: { now(): number };
  /**
   * The time that goes into what a person writes: this device's clock, or, while that is known to be wrong, the cloud's as heard last.
   * So nothing that is written is ever refused or misdated because a clock is off (SPEC SYN-4). `isHeard`: the cloud has said the time since this
   * device began.
   */
  readonly writeClock: { now(): number; isHeard(): boolean };
  readonly random: Random;
  /** One per device; its state is saved with each write. */
  readonly hlc: Hlc;
  readonly keys: KeyHolder;
  /** To the device, after commit. */
  emit(event: SyncEvent): void;
  /** To the engine. */
  signal(signal: Signal): void;
  /** Free for this person on the disk that holds the database; null where that is not known. */
  freeBytes(): number | null;
  /** What a password is registered and tried with; to be ended when that is done. */
  openOpaque(): Opaque;
  /** Time that passes: a simulation's does not by itself. */
  readonly timers: Timers;
  /** How much is done at once. */
  readonly sizes: Sizes;
  /** Aborted when the core stops: give it to every call. */
  readonly abort: AbortSignal;
};
