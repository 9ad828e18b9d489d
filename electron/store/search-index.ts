/**
 * The search index: a database file of its own beside the store's, encrypted with the same key, made of the messages and nothing
 * else, so that it can be thrown away at any time. Its thread writes it (search-build.ts); the device's main thread reads it (search.ts).
 *
 * It has the messages block by block ([Note: search blocks] in search-blocks.ts): of each, the row numbers of its messages, and its words
 * in order, each with the messages it stands in, in pages of about 4 KB. A block is written anew as a whole, never changed: what was deleted is
 * not in the new one, and the old one is overwritten (secure_delete). It says only which messages to look at; whether a message is a
 * hit is seen from its text.
 *
 * A page is a row of entries: length u16 | word (UTF-8) | length u32 | its messages: differences, as varints.
 */
import { existsSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { around, moment } from '../../shared/trace.ts';
import { setCipherKey } from './cipher.ts';
import { SEARCH_TEXT_VERSION } from './search-text.ts';
import type { WordBook } from './search-words.ts';

const PAGE_BYTES = 3800;
/** Pages of a block are numbered from its number times this; the first holds the row numbers. */
const PAGES = 0x10000;
/** Changes when the form of the file does. */
const FORM = 1;
const VERSION = FORM * 1000 + SEARCH_TEXT_VERSION;

const SCHEMA = `
CREATE TABLE block (
  first INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL,
  number INTEGER NOT NULL UNIQUE,
  messages INTEGER NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE TABLE page (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
`;

export function searchIndexPath(storePath: string): string {
  return storePath.replace(/(\.db)?$/, '-search.db');
}

/** A block as the index has it. `words`: the first word of each page. */
export type IndexedBlock = { mark: number; number: number; messages: number; words: string[] };

abstract class SearchIndexFile {
  protected readonly db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(path: string, key: Uint8Array, readonly: boolean) {
    this.db = new Database(path, { readonly, fileMustExist: readonly, timeout: 5_000 });
    try {
      setCipherKey(this.db, key);
      this.db.pragma('temp_store = MEMORY');
      this.db.pragma('trusted_schema = OFF');
      this.db.pragma(`cache_size = -${readonly ? 8_000 : 4_000}`);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  protected sql(text: string): Database.Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  close(): void {
    this.db.close();
  }
}

export class SearchIndexWriter extends SearchIndexFile {
  private constructor(path: string, key: Uint8Array) {
    super(path, key, false);
    try {
      const version = Number(this.db.pragma('user_version', { simple: true }));
      if (version !== 0 && version !== VERSION) throw new Error('Made by another version.');
      this.db.pragma('journal_mode = WAL');
      this.db.pragma('synchronous = NORMAL');
      this.db.pragma('secure_delete = ON');
      this.db.pragma('wal_autocheckpoint = 2000');
      if (version === 0) {
        this.#write(() => {
          this.db.exec(SCHEMA);
          moment('inside');
          this.db.pragma(`user_version = ${VERSION}`);
        });
      }
      this.sql('SELECT first, mark, number, messages, words FROM block LIMIT 1').get();
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /** Opens it; one that cannot be read, or is of another version, is thrown away and begun anew. */
  static open(path: string, key: Uint8Array): SearchIndexWriter {
    try {
      return new SearchIndexWriter(path, key);
    } catch {
      SearchIndexWriter.remove(path);
      return new SearchIndexWriter(path, key);
    }
  }

  static remove(path: string): void {
    for (const end of ['', '-wal', '-shm', '-journal'])
      around('remove', () => rmSync(path + end, { force: true }));
  }

  /** Which blocks it has, and under which mark each was read. */
  marks(): Map<number, number> {
    const rows = this.sql('SELECT first, mark FROM block').all() as { first: number; mark: number }[];
    return new Map(rows.map(({ first, mark }) => [first, mark]));
  }

  /** A block anew: its messages' row numbers, rising, and their words. */
  put(first: number, mark: number, rids: Float64Array, book: WordBook): void {
    this.#write(() => {
      this.#drop(first);
      moment('inside');
      const { number } = this.sql('SELECT coalesce(max(number), 0) + 1 AS number FROM block').get() as {
        number: number;
      };
      const add = this.sql('INSERT INTO page (id, bytes) VALUES (?, ?)');
      let id = number * PAGES;
      add.run(id, Buffer.from(rids.buffer, rids.byteOffset, rids.byteLength));
      const words: string[] = [];
      for (const { word, bytes } of pagesOf(book)) {
        words.push(word);
        id += 1;
        add.run(id, bytes);
      }
      moment('inside');
      this.sql('INSERT INTO block (first, mark, number, messages, words) VALUES (?, ?, ?, ?, ?)').run(
        first,
        mark,
        number,
        rids.length,
        JSON.stringify(words),
      );
    });
  }

  drop(first: number): void {
    this.#write(() => this.#drop(first));
  }

  /** One transaction. */
  #write(work: () => void): void {
    this.db
      .transaction(() => {
        work();
        moment('before commit');
      })
      .immediate();
    moment('after commit');
  }
  #drop(first: number): void {
    const old = this.sql('DELETE FROM block WHERE first = ? RETURNING number').get(first) as
      | { number: number }
      | undefined;
    if (old === undefined) return;
    const from = old.number * PAGES;
    this.sql('DELETE FROM page WHERE id >= ? AND id < ?').run(from, from + PAGES);
  }

  /** For tests: an index of another version; and every page of the file as the key opens it, unused ones too. */
  setVersion(version: number): void {
    this.db.pragma(`user_version = ${version}`);
  }
  everyPage(): Buffer[] {
    const whole = this.db.serialize();
    const size = Number(this.db.pragma('page_size', { simple: true }));
    return Array.from({ length: whole.length / size }, (_, at) =>
      whole.subarray(at * size, at * size + size),
    );
  }

  /** Nothing of what was written over stays in the log file, unless a reader holds it at this moment: false. */
  settle(): boolean {
    const [row] = around(
      'checkpoint',
      () => this.db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[],
    );
    return row?.busy === 0;
  }
}

let scratch = Buffer.allocUnsafe(1 << 16);

function* pagesOf(book: WordBook): Generator<{ word: string; bytes: Buffer }> {
  let at = 0;
  let first = '';
  for (const { word, documents } of book.sorted()) {
    if (at === 0) first = word;
    const most = at + 6 + word.length * 3 + documents.length * 5;
    if (most > scratch.length) scratch = Buffer.concat([scratch], most * 2);
    const wordAt = at + 2;
    const length = writeWord(word, wordAt);
    scratch.writeUInt16LE(length, at);
    const listAt = wordAt + length + 4;
    let to = listAt;
    let before = -1;
    for (let i = 0; i < documents.length; i += 1) {
      let step = documents[i]! - before;
      before += step;
      while (step > 0x7f) {
        scratch[to++] = (step & 0x7f) | 0x80;
        step >>>= 7;
      }
      scratch[to++] = step;
    }
    scratch.writeUInt32LE(to - listAt, listAt - 4);
    at = to;
    if (at >= PAGE_BYTES) {
      yield { word: first, bytes: scratch.subarray(0, at) };
      at = 0;
    }
  }
  if (at > 0) yield { word: first, bytes: scratch.subarray(0, at) };
}

function writeWord(word: string, at: number): number {
  for (let i = 0; i < word.length; i += 1) {
    const code = word.charCodeAt(i);
    if (code > 0x7f) return scratch.write(word, at, 'utf8');
    scratch[at + i] = code;
  }
  return word.length;
}

export class SearchIndexReader extends SearchIndexFile {
  readonly #path: string;
  readonly #file: number;
  readonly #blocks = new Map<number, IndexedBlock>();

  private constructor(path: string, key: Uint8Array) {
    super(path, key, true);
    try {
      this.db.pragma('query_only = ON');
      if (Number(this.db.pragma('user_version', { simple: true })) !== VERSION) {
        throw new Error('Made by another version.');
      }
      this.#path = path;
      this.#file = statSync(path).ino;
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /** Null while there is none that can be read. */
  static open(path: string, key: Uint8Array): SearchIndexReader | null {
    if (!existsSync(path)) return null;
    try {
      return new SearchIndexReader(path, key);
    } catch {
      return null;
    }
  }

  /** False once the file was thrown away and begun anew. */
  get current(): boolean {
    try {
      return statSync(this.#path).ino === this.#file;
    } catch {
      return false;
    }
  }

  /** All that `work` reads is of one moment. */
  read<T>(work: () => T): T {
    return this.db.transaction(work)();
  }

  /** The block, if it was read under this mark. */
  block(first: number, mark: number): IndexedBlock | null {
    const known = this.#blocks.get(first);
    if (known?.mark === mark) return known;
    const row = this.sql('SELECT number, messages, words FROM block WHERE first = ? AND mark = ?').get(
      first,
      mark,
    ) as { number: number; messages: number; words: string } | undefined;
    if (row === undefined) return null;
    const block = { mark, number: row.number, messages: row.messages, words: JSON.parse(row.words) };
    this.#blocks.set(first, block);
    return block;
  }

  /** The row numbers of a block's messages, by their places in it. */
  rids(block: IndexedBlock): Float64Array {
    const bytes = this.#page(block.number * PAGES);
    // Copied: a Float64Array wants its bytes aligned.
    return new Float64Array(new Uint8Array(bytes).buffer);
  }

  /** Calls `visit` with the place of each message of the block that has the word, or (`beginning`) one that begins with it; some more than once. */
  each(block: IndexedBlock, word: string, beginning: boolean, visit: (place: number) => void): void {
    const { words } = block;
    let low = 0;
    let high = words.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[middle]! <= word) low = middle + 1;
      else high = middle;
    }
    const bytes = Buffer.from(word);
    for (let no = Math.max(0, low - 1); no < words.length; no += 1) {
      if (no >= low && !(beginning && words[no]!.startsWith(word))) break;
      visitPage(this.#page(block.number * PAGES + 1 + no), bytes, beginning, visit);
    }
  }

  #page(id: number): Buffer {
    const row = this.sql('SELECT bytes FROM page WHERE id = ?').get(id) as { bytes: Buffer } | undefined;
    if (row === undefined) throw new Error('The search index lacks a page.');
    return row.bytes;
  }
}

function visitPage(page: Buffer, word: Buffer, beginning: boolean, visit: (place: number) => void): void {
  for (let at = 0; at < page.length; ) {
    const length = page.readUInt16LE(at);
    const wordAt = at + 2;
    const listAt = wordAt + length + 4;
    const end = listAt + page.readUInt32LE(listAt - 4);
    at = end;
    if (beginning ? length < word.length : length !== word.length) continue;
    if (page.compare(word, 0, word.length, wordAt, wordAt + word.length) !== 0) continue;
    let place = -1;
    for (let from = listAt; from < end; ) {
      let step = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = page[from++]!;
        step |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      place += step;
      visit(place);
    }
  }
}
