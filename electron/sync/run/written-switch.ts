/**
 * The switch as the engine has it, written into the database. In the sync worker.
 *
 * The engine may turn it by itself (an Undo elsewhere, a disk without room), and the screen says so at once; the database may have to wait for
 * room, or for somebody else who holds it. What is done by the switch that the database has (what a delete reaches, what a rule takes, what the
 * mailbox may forget) would then be done by another one than a person reads: so it is written down first, or not done (SPEC SYN-164).
 */
import { attempt } from './attempt.ts';
import type { Timers } from './timers.ts';

export type WrittenSwitchOptions = {
  timers: Timers;
  stopped: AbortSignal;
  /** As the engine has it by then, in a transaction of its own; nothing once nobody is signed in. */
  write(): void;
};

export class WrittenSwitch {
  #outstanding = false;
  readonly #options: WrittenSwitchOptions;

  constructor(options: WrittenSwitchOptions) {
    this.#options = options;
  }

  /** The engine has turned it: written now, or as soon as that can be. Not inside a transaction. */
  turned(): void {
    const { timers, stopped } = this.#options;
    this.#outstanding = true;
    attempt(timers, stopped, () => this.settle());
  }

  /** Before anything that goes by it. Throws what SQLite throws where it still cannot be written. Not inside a transaction. */
  settle(): void {
    if (!this.#outstanding) return;
    this.#options.write();
    this.#outstanding = false;
  }
}
