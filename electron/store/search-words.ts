/**
 * The words of one block of messages, on their way into the search index: which words there are, and in which of the block's messages
 * each stands. Used by the thread that writes the index (search-index.ts). Gives the words that `termsOf` of search-text.ts gives, several times as
 * quickly; the test compares both on any text.
 *
 * [Note: chunks] Text is split at ASCII separators first, and what lies between is folded by itself and remembered: people use the
 * same words again and again. This gives the same as folding the whole text, since no rule of Unicode that `fold` applies reaches across
 * an ASCII separator. (Final sigma does, and `fold` takes its form away.)
 */
import { characterClass, FOLDS_TO_ITSELF, fold, REORDERS, runs, shortened } from './search-text.ts';

const SEPARATOR = Uint8Array.from({ length: 128 }, (_, code) =>
  /[a-z0-9]/i.test(String.fromCharCode(code)) ? 0 : 1,
);
/** Longer ones (sentences of scripts without spaces) come only once. */
const LONGEST_REMEMBERED = 24;
const MOST_REMEMBERED = 1 << 15;

/** A word of two UTF-16 units is a number, so that no string is made for each pair of a script without spaces. */
type Chunk = { text: string; words: string[]; pairs: number[]; book: number; ids: number[] };

let remembered: (Chunk | undefined)[] = new Array(MOST_REMEMBERED * 2);
let rememberedCount = 0;
let books = 0;

export class WordBook {
  #number = ++books;
  #words = new Map<string, number>();
  readonly #pairs = new NumberTable();
  /** By the word's number: the last document that has it, and how many do. */
  #last = new Int32Array(1 << 14).fill(-1);
  #count = new Int32Array(1 << 14);
  #size = 0;
  /** Every (word, document) once, in the order of documents. */
  #log = new Uint32Array(1 << 17);
  #logged = 0;
  #ends: number[] = [];

  /** For the next block: what was allocated is used again. */
  clear(): void {
    this.#number = ++books;
    this.#words = new Map();
    this.#pairs.clear();
    this.#last.fill(-1);
    this.#count.fill(0);
    this.#size = 0;
    this.#logged = 0;
    this.#ends = [];
  }

  /** The next document. */
  add(text: string): void {
    const document = this.#ends.length;
    const { length } = text;
    for (let at = 0; at < length; ) {
      let code = text.charCodeAt(at);
      if (code < 128 && SEPARATOR[code] === 1) {
        at += 1;
        continue;
      }
      const from = at;
      let hash = 0;
      do {
        hash = Math.imul(hash ^ code, 0x5bd1e995);
        hash ^= hash >>> 15;
        at += 1;
        code = text.charCodeAt(at);
      } while (at < length && (code >= 128 || SEPARATOR[code] === 0));
      const ids = this.#idsOf(text, from, at, hash);
      for (let i = 0; i < ids.length; i += 1) this.#note(ids[i]!, document);
    }
    this.#ends.push(this.#logged);
  }

  /** The words in order, each with its documents, rising. */
  *sorted(): Generator<{ word: string; documents: Uint32Array }> {
    const starts = new Int32Array(this.#size + 1);
    for (let id = 0; id < this.#size; id += 1) starts[id + 1] = starts[id]! + this.#count[id]!;
    const places = starts.slice();
    const documents = new Uint32Array(this.#logged);
    let at = 0;
    for (let document = 0; document < this.#ends.length; document += 1) {
      for (const end = this.#ends[document]!; at < end; at += 1) {
        const id = this.#log[at]!;
        documents[places[id]!++] = document;
      }
    }
    const ids = this.#words;
    this.#pairs.each((pair, id) => ids.set(String.fromCharCode(pair >>> 16, pair & 0xffff), id));
    for (const word of [...ids.keys()].sort()) {
      const id = ids.get(word)!;
      yield { word, documents: documents.subarray(starts[id]!, starts[id + 1]!) };
    }
  }

  #idsOf(text: string, from: number, to: number, hash: number): number[] {
    const length = to - from;
    if (length > LONGEST_REMEMBERED) return this.#ids(cut(text.slice(from, to)));
    const mask = remembered.length - 1;
    let at = hash & mask;
    for (let chunk = remembered[at]; chunk !== undefined; chunk = remembered[at]) {
      if (chunk.text.length === length && standsAt(chunk.text, text, from)) {
        if (chunk.book !== this.#number) {
          chunk.ids = this.#ids(chunk);
          chunk.book = this.#number;
        }
        return chunk.ids;
      }
      at = (at + 1) & mask;
    }
    const own = copyOf(text.slice(from, to));
    const { words, pairs } = cut(own);
    const chunk: Chunk = { text: own, words, pairs, book: this.#number, ids: this.#ids({ words, pairs }) };
    if (rememberedCount >= MOST_REMEMBERED) {
      remembered = new Array(MOST_REMEMBERED * 2);
      rememberedCount = 0;
      at = hash & mask;
    }
    remembered[at] = chunk;
    rememberedCount += 1;
    return chunk.ids;
  }

  #ids({ words, pairs }: { words: string[]; pairs: number[] }): number[] {
    const ids: number[] = [];
    for (let i = 0; i < words.length; i += 1) {
      const word = words[i]!;
      let id = this.#words.get(word);
      if (id === undefined) {
        id = this.#newId();
        this.#words.set(word, id);
      }
      ids.push(id);
    }
    for (let i = 0; i < pairs.length; i += 1) {
      const pair = pairs[i]!;
      let id = this.#pairs.get(pair);
      if (id < 0) {
        id = this.#newId();
        this.#pairs.set(pair, id);
      }
      ids.push(id);
    }
    return ids;
  }
  #newId(): number {
    if (this.#size === this.#last.length) {
      const last = new Int32Array(this.#size * 2).fill(-1);
      last.set(this.#last);
      this.#last = last;
      const count = new Int32Array(this.#size * 2);
      count.set(this.#count);
      this.#count = count;
    }
    return this.#size++;
  }
  #note(id: number, document: number): void {
    if (this.#last[id] === document) return;
    this.#last[id] = document;
    this.#count[id]! += 1;
    if (this.#logged === this.#log.length) {
      const log = new Uint32Array(this.#logged * 2);
      log.set(this.#log);
      this.#log = log;
    }
    this.#log[this.#logged++] = id;
  }
}

/** Numbers of 32 bits, each with its id. */
class NumberTable {
  #keys = new Int32Array(1 << 15);
  /** The id and one; 0: nothing here. */
  #ids = new Int32Array(1 << 15);
  #size = 0;

  /** -1 when it is not here. */
  get(key: number): number {
    const keys = this.#keys;
    const ids = this.#ids;
    const mask = keys.length - 1;
    for (let at = scatter(key) & mask; ; at = (at + 1) & mask) {
      const id = ids[at]!;
      if (id === 0 || keys[at] === key) return id - 1;
    }
  }
  /** One that is not here yet. */
  set(key: number, id: number): void {
    if (this.#size * 2 >= this.#keys.length) this.#grow();
    const mask = this.#keys.length - 1;
    let at = scatter(key) & mask;
    while (this.#ids[at] !== 0) at = (at + 1) & mask;
    this.#keys[at] = key;
    this.#ids[at] = id + 1;
    this.#size += 1;
  }
  clear(): void {
    this.#ids.fill(0);
    this.#size = 0;
  }
  each(visit: (key: number, id: number) => void): void {
    for (let at = 0; at < this.#ids.length; at += 1) {
      if (this.#ids[at] !== 0) visit(this.#keys[at]!, this.#ids[at]! - 1);
    }
  }
  #grow(): void {
    const keys = this.#keys;
    const ids = this.#ids;
    this.#keys = new Int32Array(keys.length * 2);
    this.#ids = new Int32Array(keys.length * 2);
    this.#size = 0;
    for (let at = 0; at < ids.length; at += 1) if (ids[at] !== 0) this.set(keys[at]!, ids[at]! - 1);
  }
}

function scatter(key: number): number {
  const hash = Math.imul(key, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function standsAt(part: string, text: string, from: number): boolean {
  for (let i = 0; i < part.length; i += 1) {
    if (part.charCodeAt(i) !== text.charCodeAt(from + i)) return false;
  }
  return true;
}

/** Text between separators, as its words; those of two UTF-16 units as numbers. */
function cut(text: string): { words: string[]; pairs: number[] } {
  const words: string[] = [];
  const pairs: number[] = [];
  const add = (word: string): void => {
    if (word.length === 2) pairs.push((word.charCodeAt(0) << 16) | word.charCodeAt(1));
    else words.push(shortened(word));
  };
  for (const run of runs(isFolded(text) ? text : fold(text))) {
    if (run.kind !== 'paired') add(run.text);
    else if (!ASTRAL.test(run.text)) {
      const last = run.text.length - 1;
      let code = run.text.charCodeAt(0);
      for (let i = 0; i < last; i += 1) {
        const next = run.text.charCodeAt(i + 1);
        pairs.push((code << 16) | next);
        code = next;
      }
      words.push(String.fromCharCode(code));
    } else {
      const characters = [...run.text];
      for (let i = 0; i + 1 < characters.length; i += 1) add(characters[i]! + characters[i + 1]!);
      add(characters[characters.length - 1]!);
    }
  }
  return { words, pairs };
}

const ASTRAL = /[\ud800-\udfff]/;

/** Nothing in it is changed by folding: true only where each character says so and none can change its neighbour. */
function isFolded(text: string): boolean {
  let reordersBefore = false;
  for (let i = 0; i < text.length; i += 1) {
    const kind = characterClass(text.charCodeAt(i));
    if ((kind & FOLDS_TO_ITSELF) === 0) return false;
    const reorders = (kind & REORDERS) !== 0;
    if (reorders && reordersBefore) return false;
    reordersBefore = reorders;
  }
  return true;
}

/** A string of its own: what `slice` gives can hold on to the whole it was cut from. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** The words of one text. */
export function wordsOf(text: string): string[] {
  const book = new WordBook();
  book.add(text);
  return Array.from(book.sorted(), ({ word }) => word);
}
