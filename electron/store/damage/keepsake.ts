/**
 * The keepsake: what makes this device this device (its identity and keys, its session, the account's keyring, whom it has pinned, how the
 * switch stands, what was deleted on it alone), sealed under the database's key in a small file beside the database. When the database is
 * damaged where that stands, the device stays the same device (decision 0074). Written by the sync worker, whole or not at all.
 *
 * It is also what tells a wrong key from damage: a key that opens the keepsake is the right one. Invariants:
 * - It never wins over the database: only rows that cannot be read there are taken from here.
 * - It goes before the database does (wipe, start fresh): alone it would bring back who was signed in.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deriveKey } from '../../../shared/crypto/hash.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { openSecret, sealSecret } from '../../../shared/crypto/symmetric.ts';
import { around, within } from '../../../shared/trace.ts';
import { schemaVersion } from '../migrate.ts';
import type { Store } from '../open.ts';
import { replaceFile } from '../replace-file.ts';
import { plain } from '../values.ts';
import { type BareTable, bareTables } from './bare-schema.ts';

export const KEEPSAKE = 'device.sealed';
const FORMAT = 1;
const PURPOSE = 'lockstep keepsake';
/** Rows of a table that grows; more are left to the database itself. */
const MOST_ROWS = 20_000;
/** What waits to be sent, and its files. */
const WAITING: readonly string[] = ['outbox', 'attachment_draft'];
const MOST_WAITING = 500;

export type Value = number | string | Uint8Array | null;
export type Row = Record<string, Value>;

/** `counted`: how many there were when they were last counted. */
export type Keepsake = {
  format: number;
  atMs: number;
  schema: number;
  pages: number;
  counted: { messages: number; conversations: number; atMs: number } | null;
  tables: Record<string, Row[]>;
  /** Where each table begins in the file: with it the tables can be read although the first page cannot. */
  bare: BareTable[];
};

/** In full each; `pin` and the deletes up to MOST_ROWS. */
const KEPT = [
  'identity',
  'keyring_log',
  'keyring_epoch',
  'keyring_wrap',
  'pin',
  'zone_state',
  'mail_cursor',
  'meta',
  'local_clear',
  'local_delete',
  'remembered_delete',
  'outbox',
  'attachment_draft',
] as const;

export const keepsakePath = (dbPath: string): string => join(dirname(dbPath), KEEPSAKE);

/** What is kept has changed when this has; `device`: in what may not wait. A few rows are looked at. */
export function keepsakeMark(store: Store): { device: string; all: string } {
  const device = JSON.stringify([
    store.all('SELECT session_token, state, hex(device_id) AS id FROM identity'),
    store.get('SELECT count(*) AS n FROM keyring_log'),
    store.get('SELECT count(*) AS n, count(secret) AS held FROM keyring_epoch'),
    store.all('SELECT switch, switch_reason, generation, incarnation FROM zone_state'),
  ]);
  const rest = JSON.stringify([
    store.get(`SELECT count(*) AS n, max(looked_up_ms) AS at, sum(changed) AS changed FROM pin`),
    store.get(`SELECT count(*) AS n FROM meta`),
    store.all(`SELECT position, state, deleted_ms FROM outbox LIMIT ${MOST_WAITING}`),
    store.get('SELECT count(*) AS n FROM attachment_draft'),
    store.all('SELECT hex(conversation) AS c, up_to_ms AS ms FROM local_clear'),
    store.get(
      `SELECT count(*) AS n, sum(gone) AS gone FROM (SELECT gone FROM local_delete LIMIT ${MOST_ROWS})`,
    ),
    store.get(`SELECT count(*) AS n FROM (SELECT 1 FROM remembered_delete LIMIT ${MOST_ROWS})`),
  ]);
  return { device, all: device + rest };
}

export function takeKeepsake(store: Store, nowMs: number, counted: Keepsake['counted']): Keepsake {
  const tables: Record<string, Row[]> = {};
  for (const name of KEPT) {
    const most = WAITING.includes(name) ? MOST_WAITING : MOST_ROWS;
    tables[name] = store.all<Row>(`SELECT * FROM ${name} LIMIT ${most}`);
  }
  return {
    format: FORMAT,
    atMs: nowMs,
    schema: schemaVersion(store.db),
    pages: Number(store.db.pragma('page_count', { simple: true })),
    counted,
    tables,
    bare: bareTables(store.db),
  };
}

export function writeKeepsake(dbPath: string, key: Uint8Array, keepsake: Keepsake): void {
  const path = keepsakePath(dbPath);
  const text = JSON.stringify(keepsake, (_name, value: unknown) =>
    value instanceof Uint8Array ? { $: Buffer.from(value).toString('base64') } : bufferless(value),
  );
  const sealed = sealSecret(
    deriveKey(key, PURPOSE),
    PURPOSE,
    new Uint8Array(0),
    plain(Buffer.from(text)),
    systemRandom,
  );
  replaceFile(path, sealed, (rename) => within('keepsake', () => around('its name', rename)));
}

/** A Buffer has turned itself into `{type, data}` before a replacer sees it. */
function bufferless(value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data)
    ? { $: Buffer.from(data as number[]).toString('base64') }
    : value;
}

/** missing: there is none. closed: this key does not open it, or it is damaged itself. */
export function readKeepsake(dbPath: string, key: Uint8Array): Keepsake | 'missing' | 'closed' {
  let sealed: Uint8Array;
  try {
    sealed = plain(readFileSync(keepsakePath(dbPath)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  }
  try {
    const text = openSecret(deriveKey(key, PURPOSE), PURPOSE, new Uint8Array(0), sealed);
    const read = JSON.parse(Buffer.from(text).toString(), (_name, value: unknown) => {
      const blob = (value as { $?: unknown } | null)?.$;
      return typeof blob === 'string' ? plain(Buffer.from(blob, 'base64')) : value;
    }) as Keepsake;
    return read.format === FORMAT ? read : 'closed';
  } catch {
    return 'closed';
  }
}
