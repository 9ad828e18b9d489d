/** The engine on a bench, for its tests: frozen states and events in, what it asks for out. */
import { reduce } from '../engine/reduce.ts';
import {
  type Effect,
  type EngineEvent,
  type EngineState,
  initialState,
  NO_BLOBS,
  NO_WALK,
  NOTHING_HEARD,
  type Remembered,
} from '../engine/state.ts';
import type { Step, StepResult } from '../engine/steps.ts';

export type Bare<E = EngineEvent> = E extends EngineEvent ? Omit<E, 'now' | 'jitter'> : never;

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

/** The engine on a bench: frozen states in, what it asks for out. */
export class Bench {
  state: EngineState = deepFreeze(initialState());
  now = 1_000_000;
  effects: Effect[] = [];

  send(event: Bare): this {
    const full = deepFreeze({ ...event, now: this.now, jitter: 0.5 } as EngineEvent);
    const { state, effects } = reduce(this.state, full);
    this.state = deepFreeze(state);
    this.effects.push(...effects);
    return this;
  }
  steps(): Step[] {
    const steps = this.effects.flatMap((effect) => (effect.type === 'run' ? [effect.step] : []));
    this.effects = [];
    return steps;
  }
  names(): string[] {
    return this.steps().map((step) => ('zone' in step ? `${step.type} ${step.zone}` : step.type));
  }
  done<T extends Step['type']>(type: T, result: StepResult[T]): this {
    const step = Object.values(this.state.running).find((one) => one?.type === type);
    if (step === undefined || step === null) throw new Error(`${type} is not running`);
    return this.send({ type: 'done', step, result } as never);
  }
  failed(type: Step['type'], kind: Extract<EngineEvent, { type: 'failed' }>['kind'], retryAfterMs = 0): this {
    const step = Object.values(this.state.running).find((one) => one?.type === type);
    if (step === undefined || step === null) throw new Error(`${type} is not running`);
    return this.send({ type: 'failed', step, kind, retryAfterMs, detail: '' });
  }
  dirty(account: number, messages: number, outbox = 0, newMessages = messages, blobs = NO_BLOBS): this {
    return this.send({
      type: 'counts',
      counts: {
        zones: { account: { dirty: account, dueAt: 0 }, messages: { dirty: messages, dueAt: 0 } },
        newMessages,
        outbox: { ready: outbox > 0, waiting: outbox, dueAt: 0 },
        blobs,
      },
    });
  }
}

export const remembered = (change: Partial<Remembered> = {}): Remembered => ({
  signedIn: true,
  ended: false,
  switch: 'on',
  switchReason: null,
  switchedBy: null,
  purgeOff: null,
  held: false,
  heard: NOTHING_HEARD,
  zones: {
    account: { stage: 'behind', named: true, stopped: null, seen: 10, walk: NO_WALK, walkSince: null },
    messages: { stage: 'behind', named: true, stopped: null, seen: 20, walk: NO_WALK, walkSince: null },
  },
  lastSyncedAt: null,
  ...change,
});

export const noChanges = (at: number): StepResult['changes'] => ({
  applied: 0,
  remaining: 0,
  more: false,
  seen: at,
  head: at,
  digest: 'same',
  alarm: null,
  staleKeyring: false,
  heard: null,
});

/** The answer to a device whose switch is off and that only asks. */
export const whereItStands = (heard: StepResult['open']['heard']): StepResult['open'] => ({
  head: 20,
  openedMs: 0,
  seen: 0,
  stage: 'unopened',
  walk: NO_WALK,
  moved: null,
  alarm: null,
  heard,
});

/** Signed in, switch as given, at both heads, mailbox read. */
export function settled(change: Partial<Remembered> = {}, bench = new Bench()): Bench {
  bench.send({ type: 'started', remembered: remembered(change) });
  bench.done('changes', noChanges(10));
  if (bench.state.running.zones?.type === 'changes') bench.done('changes', noChanges(20));
  if (bench.state.running.zones?.type === 'open') bench.done('open', whereItStands(null));
  if (bench.state.running.mail !== null) bench.done('receive', { more: false, waits: false, aside: false });
  if (bench.state.running.zones?.type === 'tidy') bench.done('tidy', { nextAt: Number.MAX_SAFE_INTEGER });
  bench.send({ type: 'streamOpened' });
  bench.effects = [];
  return bench;
}
