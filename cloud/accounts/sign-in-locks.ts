/**
 * Ten failures lock password sign-in for a handle (SPEC ACC-4). With OPAQUE the guesser learns from the cloud's first answer
 * whether a password was right and need never come back, so every start counts as a failure until its finish succeeds.
 *
 * The row is kept by a keyed hash of the handle: handles that do not exist lock in the same way and are not written down.
 */
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { CloudError } from '../http/errors.ts';
import type { Database } from '../storage/database.ts';

export const FAILURES_BEFORE_LOCK = 10;
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 3_600_000;
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

export const lockDuration = (failures: number): number =>
  failures < FAILURES_BEFORE_LOCK
    ? 0
    : Math.min(FIRST_LOCK_MS * 2 ** (failures - FAILURES_BEFORE_LOCK), LONGEST_LOCK_MS);

/** Throws while the handle is locked; otherwise counts one attempt as failed. */
export const countAttempt = (db: Database, handleHash: Uint8Array, now: number): void => {
  db.transaction((write) => {
    write.run(db.sql.deleteFrom('sign_in_failure').where('last_ms', '<', now - FORGOTTEN_AFTER_MS));
    const row = write.first(
      db.sql
        .selectFrom('sign_in_failure')
        .select(['failures', 'locked_until_ms'])
        .where('handle_hash', '=', handleHash),
    );
    if (row !== undefined && row.locked_until_ms > now) {
      throw new CloudError(
        ErrorCode.SIGN_IN_LOCKED,
        'Too many failures: sign-in is locked for this handle.',
        row.locked_until_ms - now,
      );
    }
    const failures = (row?.failures ?? 0) + 1;
    const lock = { failures, locked_until_ms: now + lockDuration(failures), last_ms: now };
    write.run(
      db.sql
        .insertInto('sign_in_failure')
        .values({ handle_hash: handleHash, ...lock })
        .onConflict((conflict) => conflict.column('handle_hash').doUpdateSet(lock)),
    );
  });
};

export const clearAttempts = (db: Database, handleHash: Uint8Array): void => {
  db.transaction((write) =>
    write.run(db.sql.deleteFrom('sign_in_failure').where('handle_hash', '=', handleHash)),
  );
};
