/**
 * The last failures of this run, for the diagnostic report: what failed, of which kind, under which code, when, and how often in a row. No
 * sentences: those of a cloud or a library could quote what a person wrote (SPEC API-23). In memory alone; a restart begins anew.
 */
import type { FailureRecord } from '../troubleshooting-types.ts';

const KEPT = 50;
/** A name, as the program itself gives them: letters, digits and a few signs, and not long. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,59}$/;

export class FailureLog {
  readonly #notes: FailureRecord[] = [];
  readonly #clock: { now(): number };

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  /** `what` is the program's own wording; `kind` and `code` are kept only where they are names. */
  note(what: string, kind: string, code: string | null): void {
    const now = this.#clock.now();
    const named = (name: string | null) => (name !== null && NAME.test(name) ? name : null);
    const note = { what, kind: named(kind) ?? 'other', code: named(code) };
    // What fails again and again (a cloud that is away) is one line, and pushes out nothing else.
    const same = this.#notes.find(
      (one) => one.what === note.what && one.kind === note.kind && one.code === note.code,
    );
    if (same !== undefined) {
      same.lastAt = now;
      same.times += 1;
      this.#notes.splice(this.#notes.indexOf(same), 1);
      this.#notes.push(same);
      return;
    }
    this.#notes.push({ ...note, firstAt: now, lastAt: now, times: 1 });
    if (this.#notes.length > KEPT) {
      this.#notes.shift();
    }
  }

  /** The latest last. */
  list(): FailureRecord[] {
    return this.#notes.map((note) => ({ ...note }));
  }
}
