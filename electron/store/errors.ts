/** How the store refuses. `code` is what callers act on; the message says what to do. */
export type StoreErrorCode =
  /** The file is there, but this key does not open it. Nothing was changed. */
  | 'wrongKey'
  /** The file is not a readable Lockstep database. Nothing was changed. */
  | 'damaged'
  /** Nothing is the matter with the database: no room on the disk, no right to write there, or another program holds it. */
  | 'diskFull'
  | 'noAccess'
  | 'busy'
  /** A newer Lockstep wrote it. Nothing was changed. */
  | 'fromTheFuture'
  /** Opened read-only before the writer made or migrated it. */
  | 'notReady'
  /** A write through the read-only connection, or outside a transaction: a fault of the caller. */
  | 'misuse';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
