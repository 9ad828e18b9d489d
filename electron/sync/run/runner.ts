/**
 * Runs the engine: gives it events, does what it asks for, and tells the device what changed. The only place where the engine meets
 * time, randomness, network and database.
 *
 * Invariants: an event is reduced to its end before the next one (no reentry); a step's results are in the database before its
 * `done`; after `stop` nothing is started and no event is emitted.
 */

import { within } from '../../../shared/trace.ts';
import { reduce } from '../engine/reduce.ts';
import {
  type Counts,
  type Effect,
  type EngineEvent,
  type EngineState,
  initialState,
  type Remembered,
} from '../engine/state.ts';
import { statusOf } from '../engine/status.ts';
import type { Step, StepDone, StepResult } from '../engine/steps.ts';
import type { SyncStatus } from '../status-types.ts';
import { failureOf } from './failure-kind.ts';
import type { Timers } from './timers.ts';

/** An event without what the runner adds to each. */
export type Bare<E = EngineEvent> = E extends EngineEvent ? Omit<E, 'now' | 'jitter'> : never;

export type Steps = {
  [T in Step['type']]: (step: Extract<Step, { type: T }>) => Promise<StepResult[T]>;
};

export type RunnerOptions = {
  clock: { now(): number };
  timers: Timers;
  /** 0 to 1. */
  jitter(): number;
  steps: Steps;
  remembered(): Remembered;
  counts(): Counts;
  /** What `Remembered` has of the switch. */
  saveSwitch(): void;
  /** Where it throws, the step has failed by that. */
  beforeStep(): void;
  /** Opens the poke stream; what it says comes as events. */
  watch(): void;
  unwatch(): void;
  /** The device's clock turns out to be wrong: not before it was right, or had not been compared. */
  onClockWrong(clock: { cloudMs: number; deviceMs: number }): void;
  /** A refusal says the cloud's time. */
  onTime(cloudMs: number): void;
  online(): boolean;
  /** A host looks at power and connection from the start on, and says what it finds. */
  conditionsSoon: boolean;
  onStatus(status: SyncStatus): void;
  /** After each step, failed ones too: what did it change? */
  onStep(step: Step): void;
  /** What went wrong, for a log and for tests; never content. */
  onFailure?(step: Step, kind: string, detail: string, code: string | null): void;
};

export class Runner {
  #state = initialState();
  #stopped = true;
  #queue: Bare[] = [];
  #reducing = false;
  #cancelWake = () => {};
  #status = '';
  #running = new Set<Promise<void>>();
  readonly #options: RunnerOptions;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#state;
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  get status(): SyncStatus {
    return statusOf(this.#state);
  }

  start(): void {
    this.#stopped = false;
    if (this.#options.conditionsSoon) this.dispatch({ type: 'conditionsSoon' });
    this.dispatch({ type: 'started', remembered: this.#options.remembered() });
    this.recount();
  }

  /** Ends after the steps under way did (their calls are aborted by the context's signal). */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelWake();
    this.#options.unwatch();
    await Promise.allSettled([...this.#running]);
  }

  recount(): void {
    this.dispatch({ type: 'counts', counts: this.#options.counts() });
  }

  dispatch(event: Bare): void {
    if (this.#stopped) {
      return;
    }
    this.#queue.push(event);
    if (this.#reducing) {
      return;
    }
    this.#reducing = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const event = {
          ...next,
          now: this.#options.clock.now(),
          jitter: this.#options.jitter(),
        } as EngineEvent;
        const before = this.#state.clock;
        const { state, effects } = reduce(this.#state, event);
        this.#state = state;
        if (before === null && state.clock !== null) this.#options.onClockWrong(state.clock);
        for (const effect of effects) {
          this.#perform(effect);
        }
      }
    } finally {
      this.#reducing = false;
    }
    this.#tellStatus();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'run':
        this.#run(effect.step);
        return;
      case 'watch':
        this.#options.watch();
        return;
      case 'unwatch':
        this.#options.unwatch();
        return;
      case 'saveSwitch':
        this.#options.saveSwitch();
        return;
      case 'wakeAt':
        this.#cancelWake();
        if (effect.at !== Number.POSITIVE_INFINITY) {
          const delay = Math.max(0, effect.at - this.#options.clock.now());
          this.#cancelWake = this.#options.timers.after(delay, () => this.dispatch({ type: 'tick' }));
        }
        return;
    }
  }

  #run(step: Step): void {
    const work = this.#work(step).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #work(step: Step): Promise<void> {
    // Out of the reducer first: a step may answer at once.
    await Promise.resolve();
    let outcome: Bare;
    try {
      this.#options.beforeStep();
      const steps = this.#options.steps as unknown as Record<string, (step: Step) => Promise<unknown>>;
      const result = await within(step.type, () => steps[step.type]?.(step));
      outcome = { type: 'done', step, result } as unknown as Bare<
        { type: 'done'; now: number; jitter: number } & StepDone
      >;
    } catch (error) {
      if (this.#stopped) {
        return;
      }
      const failure = failureOf(error);
      this.#options.onFailure?.(step, failure.kind, failure.detail, failure.code);
      if (failure.cloudMs !== null) {
        this.#options.onTime(failure.cloudMs);
      }
      if (failure.kind === 'network') {
        this.dispatch({ type: 'reachable', online: this.#options.online() });
      }
      outcome = {
        type: 'failed',
        step,
        kind: failure.kind,
        retryAfterMs: failure.retryAfterMs,
        detail: failure.detail,
      };
    }
    if (this.#stopped) {
      return;
    }
    this.#options.onStep(step);
    this.recount();
    this.dispatch(outcome);
  }

  #tellStatus(): void {
    const status = this.status;
    const text = JSON.stringify(status);
    if (text !== this.#status) {
      this.#status = text;
      this.#options.onStatus(status);
    }
  }
}
