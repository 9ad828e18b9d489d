/**
 * What people wrote and deleted in a crash test, and what of it was answered. An act whose answer never came may have been done or not:
 * then both are allowed until the devices have come to rest, and what they show then is what holds.
 */

import type { Store } from '../../store/open.ts';
import { KEPT_MS } from '../../store/recently-deleted.ts';
import { messagesOf, type Row } from '../sim/ledger.ts';

/** On a device of the account: in the transcript, in Recently Deleted, or nowhere. */
export type Where = 'shown' | 'deleted' | 'gone';

type Entry = {
  /** The text that it was written with: no two have the same. */
  text: string;
  guid: string | null;
  allowed: Set<Where>;
  /** How far the clocks were moved while it was in Recently Deleted. */
  agedMs: number;
  /** Its thirty days there are over: it goes when some device finds the time. */
  due: boolean;
  /** It is to be at Bob's, too. */
  atBob: 'must' | 'may' | 'no';
};

const BESIDE = ' / ';

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #byGuid = new Map<string, Entry>();
  #written = 0;

  copy(): Ledger {
    const copy = new Ledger();
    copy.#written = this.#written;
    for (const [text, entry] of this.#entries) {
      const own = { ...entry, allowed: new Set(entry.allowed) };
      copy.#entries.set(text, own);
      if (entry.guid !== null) copy.#byGuid.set(entry.guid, own);
    }
    return copy;
  }

  /** A text that nobody wrote before. */
  text(by: string): string {
    this.#written += 1;
    return `${by} ${this.#written}`;
  }
  /** The same message's text after an edit. */
  edited(text: string): string {
    return `${text.split(BESIDE)[0]}${BESIDE}${++this.#written}`;
  }

  /** Somebody of this account is about to write it: `bob` to it, or one of its own devices to him. */
  writes(text: string, by: 'anna' | 'bob' | 'note'): void {
    const atBob = by === 'anna' ? 'may' : 'no';
    this.#entries.set(text, {
      text,
      guid: null,
      allowed: new Set(['shown', 'gone']),
      agedMs: 0,
      due: false,
      atBob,
    });
  }
  written(text: string): void {
    const entry = this.#entry(text);
    entry.allowed = new Set(['shown']);
    if (entry.atBob === 'may') entry.atBob = 'must';
  }

  /** What may become of these, from here on. */
  may(rows: readonly { guid: string }[], ...where: Where[]): void {
    for (const { guid } of rows) for (const one of where) this.#byGuid.get(guid)?.allowed.add(one);
  }
  /** These are in Recently Deleted while the clocks are moved: by this or together with what went before, their thirty days may be over. */
  ages(rows: readonly { guid: string }[], ms: number): void {
    for (const { guid } of rows) {
      const entry = this.#byGuid.get(guid);
      if (entry === undefined) continue;
      entry.agedMs += ms;
      if (entry.agedMs < KEPT_MS) continue;
      entry.due = true;
      entry.allowed.add('gone');
    }
  }
  /** It was answered: this it must be. (A Recover may still meet a device that has let go of it already.) */
  must(rows: readonly { guid: string }[], where: Where): void {
    for (const { guid } of rows) {
      const entry = this.#byGuid.get(guid);
      if (entry === undefined) continue;
      entry.allowed = new Set([where]);
      if (entry.due && where === 'shown') entry.allowed.add('gone');
      else this.#begins(entry);
    }
  }

  /** Its thirty days, should it be in Recently Deleted, begin now. */
  #begins(entry: Entry): void {
    entry.agedMs = 0;
    entry.due = false;
  }

  #entry(text: string): Entry {
    const entry = this.#entries.get(text);
    if (entry === undefined) throw new Error(`Nobody wrote "${text}".`);
    return entry;
  }
  /** Which message has which text, before it is edited or taken back. */
  learn(rows: readonly Row[]): void {
    for (const row of rows) this.#entryOf(row);
  }
  /** It was gone when all were at rest last. */
  isGone(guid: string): boolean {
    const allowed = this.#byGuid.get(guid)?.allowed;
    return allowed?.size === 1 && allowed.has('gone');
  }
  #entryOf(row: Row): Entry | undefined {
    const known = this.#byGuid.get(row.guid);
    if (known !== undefined) return known;
    const entry = this.#entries.get(row.text.split(BESIDE)[0] ?? '');
    if (entry === undefined || (entry.guid !== null && entry.guid !== row.guid)) return entry;
    entry.guid = row.guid;
    this.#byGuid.set(row.guid, entry);
    return entry;
  }

  /** Of one of the account's devices. */
  check(name: string, store: Store): string[] {
    const problems: string[] = [];
    const seen = new Map<Entry, Where>();
    for (const row of messagesOf({ store })) {
      const entry = this.#entryOf(row);
      if (entry === undefined) {
        problems.push(`"${row.text}" on ${name} was written by nobody`);
        continue;
      }
      if (seen.has(entry)) problems.push(`"${row.text}" is on ${name} twice`);
      seen.set(entry, row.visible ? 'shown' : 'deleted');
    }
    for (const entry of this.#entries.values()) {
      const where = seen.get(entry) ?? 'gone';
      if (!entry.allowed.has(where))
        problems.push(`"${entry.text}" is ${where} on ${name}, not ${[...entry.allowed].join(' or ')}`);
    }
    return problems;
  }

  /** Of the person at the other end. */
  checkBob(store: Store): string[] {
    const problems: string[] = [];
    const times = new Map<string, number>();
    for (const row of messagesOf({ store })) {
      const text = this.#byGuid.get(row.guid)?.text ?? row.text.split(BESIDE)[0] ?? '';
      times.set(text, (times.get(text) ?? 0) + 1);
    }
    for (const { text, atBob } of this.#entries.values()) {
      const count = times.get(text) ?? 0;
      if (atBob === 'no') continue;
      if (count > 1) problems.push(`"${text}" came to Bob ${count} times`);
      if (count === 0 && atBob === 'must') problems.push(`"${text}" did not come to Bob`);
    }
    return problems;
  }

  /** The devices agree with each other and with all that was answered: what they show is what holds from here on. */
  settle(store: Store): void {
    const here = new Map<string, Where>();
    for (const row of messagesOf({ store })) here.set(row.guid, row.visible ? 'shown' : 'deleted');
    for (const entry of this.#entries.values()) {
      const where = (entry.guid === null ? undefined : here.get(entry.guid)) ?? 'gone';
      entry.allowed = new Set([where]);
      if (where !== 'deleted') this.#begins(entry);
      if (entry.due) entry.allowed.add('gone');
      if (entry.atBob === 'may') entry.atBob = where === 'shown' ? 'must' : 'may';
    }
  }
}
