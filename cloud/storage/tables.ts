/**
 * The cloud's tables as kysely sees them (the SQL itself is in migrations/). Ids are 16-byte blobs, times are
 * milliseconds since 1970. `Generated` columns are given by the database.
 */
import type { Generated } from 'kysely';

type Bytes = Uint8Array;

export interface Tables {
  account: {
    no: Generated<number>;
    id: Bytes;
    handle: string;
    opaque_record: string;
    password_wrap: Bytes;
    recovery_wrap: Bytes;
    recovery_key: Bytes;
    sign_up_hash: Bytes;
    created_ms: number;
    log_length: number;
    epoch: number;
    bytes_used: number;
  };
  invitation: { code_hash: Bytes; created_ms: number; used_ms: number | null };
  sign_in_failure: { handle_hash: Bytes; failures: number; locked_until_ms: number; last_ms: number };
  ticket: {
    hash: Bytes;
    account: number;
    by_recovery: number;
    expires_ms: number;
    used_for: Bytes | null;
  };
  log_entry: { account: number; position: number; body: Bytes; signature: Bytes };
  epoch: { account: number; epoch: number; body: Bytes; signature: Bytes };
  key_wrap: { account: number; epoch: number; recipient: Bytes; suite: number; sealed: Bytes };
  session: {
    token_hash: Bytes;
    account: number;
    device: Bytes;
    created_ms: number;
    last_seen_ms: number;
    revoked_ms: number | null;
  };
  zone: {
    no: Generated<number>;
    account: number;
    /** Negative: purged, its records are on their way out; no call finds it. */
    kind: number;
    generation: number;
    incarnation: number;
    head: number;
    digest: Bytes;
    records: number;
    tombstones: number;
    /** Ciphertext of its records, what they name (32 a blob), and each blob that they name once. */
    bytes: Generated<number>;
    /** 0: no purge is pending. */
    purge_at_ms: Generated<number>;
    purge_id: Generated<Bytes | null>;
    purge_device: Generated<Bytes | null>;
  };
  ended_purge: { no: Generated<number>; account: number; id: Bytes };
  record: {
    no: Generated<number>;
    zone: number;
    id: Bytes;
    seq: number;
    rev: number;
    epoch: number;
    /** 2^32 - 1 - hint: the walk of a first sync is then one ascending index. */
    rank: number;
    size: number;
    hash: Bytes;
    /** NULL for a tombstone. */
    ct: Bytes | null;
    /** NULL for a live record. */
    proof: Bytes | null;
    /** The ids of the blobs it names, one behind the other; NULL: none. */
    blobs: Bytes | null;
  };
  mailbox: { account: number; head: number; last_accepted_ms: number; entries: number; bytes: number };
  mailbox_cursor: { account: number; device: Bytes; position: number };
  envelope: {
    no: Generated<number>;
    sender: Bytes;
    send_id: Bytes;
    accepted_ms: number;
    content: Bytes;
    holders: number;
    blobs: Bytes | null;
  };
  mailbox_entry: {
    account: number;
    position: number;
    envelope: number;
    epoch: number;
    suite: number;
    sealed_key: Bytes;
    size: number;
  };
  blob: {
    no: Generated<number>;
    /** NULL: dead, its chunks are on their way out; nobody finds it. */
    id: Bytes | null;
    size: number;
    received: number;
    /** Who is putting it; NULL once it is whole. */
    uploader: number | null;
  };
  blob_chunk: { blob: number; chunk: number; hash: Bytes; bytes: Bytes };
  blob_in_zone: { zone: number; blob: number; records: number };
  blob_use: {
    account: number;
    blob: number;
    /** blobs/uses.ts: Reason. */
    reason: number;
    count: number;
    /** 0: does not hold beyond its count. */
    until_ms: number;
  };
  send: { account: number; send_id: Bytes; request_hash: Bytes; response: Bytes; created_ms: number };
}
