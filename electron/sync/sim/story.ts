/**
 * One simulated story: two people, four devices and more, a seed. They write, delete, recover, turn their switches, lose their connection,
 * are killed and put back to old copies, with clocks that are off and a cloud that crashes; then everything heals, every switch is turned on,
 * and all must be equal. What must hold is in checks.ts.
 *
 * Each step has randomness of its own, so a step that is left out moves no other: that is how a failure is made small.
 */
import { unreadable } from '../../store/bases.ts';
import { getIdentity } from '../../store/identity.ts';
import { AGAIN_MS } from '../engine/state.ts';
import type { SyncParts } from '../run/assemble.ts';
import { type Act, MESSAGE_ACTS } from './acts.ts';
import { SWITCH_ACTS } from './acts-switch.ts';
import { checkEnd, checkNow, cloudZone, isQuiet } from './checks.ts';
import { FAULT_ACTS } from './fault-acts.ts';
import { FILE_ACTS, withFiles } from './file-acts.ts';
import { filesAreTrue, filesRest, lookAtFiles } from './file-checks.ts';
import {
  forgedKeys,
  forgedShown,
  hostilePlan,
  NOT_WHILE_HOSTILE,
  reckon,
  turnHonest,
  turnHostile,
  watchAll,
} from './hostile-plan.ts';
import { expectAlarms, mailIsHere, may } from './looks.ts';
import { MENDED, mendOne } from './mends.ts';
import { FINE } from './network.ts';
import { isSleepy, likelier, stormOf } from './oftener.ts';
import { derived, type SeededRandom, seeded } from './random.ts';
import { deliverRest, RETRY_ACTS, saidMissed, tryAllAgain } from './retry-acts.ts';
import { newerKept, SCHEMA_ACTS, updated } from './schemas.ts';
import { readableAtTheCloud, removedReadsOn } from './secrets.ts';
import { isShort } from './short.ts';
import { type Actor, type Opening, openStage, type Stage } from './stage.ts';
import { UNDO_ACTS } from './undo-acts.ts';
import { startAgain, UPHEAVALS } from './upheavals.ts';

export type StoryOptions = {
  seed: number;
  steps?: number;
  /** Steps that are left out. */
  without?: ReadonlySet<number>;
  /** Other parts of sync: a seeded bug. */
  parts?: SyncParts;
  /** What it begins with, made before. */
  opening?: Opening;
};

export type Told = {
  problems: string[];
  trace: string[];
  /** How often each act was done and each fault fired. */
  counts: ReadonlyMap<string, number>;
  /** Of one device in one minute. */
  mostRequests: number;
};

/** Of a story in `npm test`. */
export const STEPS = 40;
/** From so many on a story is a long one: more happens at the same time, and what breaks is mended as it goes on. */
export const LONG = 100;
const HEAL_MS = 20 * 60_000;
const LOOK_MS = 5_000;
/** Longer than a device lets pass without asking (electron/sync/engine/state.ts). */
const UNPRESSED_MS = 11 * 60_000;
/** Of a device in a minute. */
const MOST_REQUESTS = 400;
/** How many devices have a newer app than the others. */
const NEWER_APP = 0.25;

/** What a story is mostly about: these acts are so much more likely. */
const SUBJECTS: { weight: number; likely: readonly (readonly Act[])[]; stormy: number }[] = [
  { weight: 3, likely: [], stormy: 0.5 },
  { weight: 2, likely: [SWITCH_ACTS], stormy: 0.2 },
  { weight: 2, likely: [MESSAGE_ACTS.slice(7), SWITCH_ACTS], stormy: 0 },
  { weight: 1, likely: [MESSAGE_ACTS], stormy: 1 },
  { weight: 1, likely: [UPHEAVALS], stormy: 0.5 },
];
const MORE = 3;
/** How many devices have a slow line in a story in which computers sleep. */
const SLEEPY_STORMS = 0.8;

/**
 * Between two steps of a long story, at the most, in virtual milliseconds. Mostly the next thing happens while the last one is still on its way; now and then
 * there is time for everybody to come to rest, and for polls, beats and silences.
 */
const PAUSES = [
  { weight: 90, most: 400 },
  { weight: 8, most: 5_000 },
  { weight: 1.5, most: 30_000 },
  { weight: 0.5, most: 150_000 },
] as const;

export async function story(options: StoryOptions): Promise<Told> {
  const { seed, steps = STEPS, without = new Set<number>() } = options;
  const long = steps >= LONG;
  const giveBack = takeStopwatch(isShort(seed) ? SLICE_OVER_MS : LOOK_TAKES_MS);
  const stage = await openStage({ ...options, long }).catch((error: unknown) => {
    giveBack();
    throw error;
  });
  try {
    const random = seeded(derived(seed, 1));
    const { likely, stormy } = random.weighted(SUBJECTS);
    const hostile = hostilePlan(seed, steps);
    const ofFiles = withFiles(seed) ? [FILE_ACTS] : [];
    const ofShort = isShort(seed) ? [UNDO_ACTS, RETRY_ACTS] : [];
    const acts = [
      MESSAGE_ACTS,
      SWITCH_ACTS,
      UPHEAVALS,
      FAULT_ACTS,
      SCHEMA_ACTS,
      ...ofFiles,
      ...ofShort,
    ].flatMap((list) =>
      list
        .filter(({ name }) => hostile === null || !NOT_WHILE_HOSTILE.has(name))
        .map((act) => ({
          ...act,
          weight:
            act.weight * likelier(seed, act.name) * (likely.some((one) => one.includes(act)) ? MORE : 1),
        })),
    );
    for (const { line } of stage.actors)
      if (random.chance(isSleepy(seed) ? SLEEPY_STORMS : stormy)) line.weather = stormOf(seed);
    if (hostile !== null) {
      watchAll(stage);
      expectAlarms(stage);
    }
    // An app that was updated before the others.
    for (const actor of [...stage.actors]) if (random.chance(NEWER_APP)) await updated(stage, actor);
    const problems: string[] = [];
    for (let step = 0; step < steps && problems.length === 0; step += 1) {
      if (without.has(step)) continue;
      stage.ledger.tick += 1;
      const dice = seeded(derived(seed, 100 + step));
      if (await stage.cloud.rise()) stage.say('the cloud is started again');
      if (hostile !== null) await turnHostile(stage, hostile, step);
      await oneStep(stage, acts, dice, long);
      await stage.world.run(
        dice.below(long ? dice.weighted(PAUSES).most : dice.chance(0.1) ? 90_000 : 3_000),
      );
      for (const one of stage.actors) problems.push(...checkNow(stage, one));
    }
    if (problems.length === 0) {
      const dice = seeded(derived(seed, 2));
      await mend(stage, dice);
      if (hostile !== null) {
        problems.push(...(await reckon(stage, hostile)));
        await turnHonest(stage, hostile);
      }
      // Last of all everybody is updated, and reads what was kept.
      for (const actor of stage.actors) await updated(stage, actor);
      problems.push(...(await heal(stage, dice)));
      for (const one of stage.actors) problems.push(...checkNow(stage, one));
      problems.push(
        ...(await checkEnd(stage)),
        ...readableAtTheCloud(stage),
        ...(await removedReadsOn(stage)),
      );
      problems.push(...hotLoops(stage), ...newerKept(stage), ...filesAreTrue(stage), ...saidMissed(stage));
      if (hostile !== null) problems.push(...forgedShown(stage), ...(await forgedKeys(stage)));
    }
    const mostRequests = Math.max(...stage.actors.map(({ far }) => far.asking.most));
    return { problems, trace: stage.trace, counts: stage.counts, mostRequests };
  } finally {
    giveBack();
    await stage.close();
  }
}

/** What each look at the stopwatch takes, in its milliseconds: a slice of 8 ms is over after so many looks. */
const LOOK_TAKES_MS = 0.5;
/** And where pages are short, at the first look. */
const SLICE_OVER_MS = 9;

/**
 * How long a slice of work takes decides where it breathes, and what comes in between: in a story by counting, so that a busy machine plays the
 * same one (SIM-10). Gives the machine's own stopwatch back.
 */
function takeStopwatch(lookTakesMs: number): () => void {
  const { now } = performance;
  let ms = 0;
  performance.now = () => {
    ms += lookTakesMs;
    return ms;
  };
  return () => {
    performance.now = now;
  };
}

const [turnOn] = SWITCH_ACTS as [Act];

async function oneStep(stage: Stage, acts: Act[], dice: SeededRandom, long: boolean): Promise<void> {
  const actor = dice.pick(stage.actors);
  if (!actor.device.alive) {
    startAgain(stage, actor, dice);
    return;
  }
  if (long && dice.chance(MENDED) && (await mendOne(stage, actor, dice, turnOn.act))) return;
  const act = dice.weighted(acts);
  if (await act.act(stage, actor, dice)) stage.count(act.name);
}

/** Lines are mended, clocks put right, devices started. */
async function mend(stage: Stage, dice: SeededRandom): Promise<void> {
  stage.say('everything heals');
  stage.cloud.crashAt = null;
  await stage.cloud.rise();
  if (stage.limited) await stage.cloud.restart();
  for (const actor of stage.actors) {
    actor.line.up = true;
    actor.line.weather = FINE;
    actor.clock.offMs = 0;
    actor.clock.drift = 0;
    actor.kills.disarm();
    actor.far.beforePush = null;
    actor.disk.freeBytes = null;
    if (!actor.device.alive) startAgain(stage, actor, dice);
    actor.device.store.db.pragma('max_page_count = 4000000');
    actor.device.core.setConditions({ onBattery: null, metered: null });
  }
  await stage.world.run(10_000);
}

/** Each person turns the switch on everywhere, and presses Repair where that is asked for. */
async function heal(stage: Stage, dice: SeededRandom): Promise<string[]> {
  const { world } = stage;
  // What was put off comes by itself, too: in stories with short pages nobody presses it.
  const pressed = !isShort(stage.seed);
  if (isShort(stage.seed)) await tryAllAgain(stage, () => world.run(500));
  for (const actor of pressed ? stage.actors : []) {
    await tell(stage, actor, 'synchronizes', () => actor.device.execute('syncNow', null));
  }
  await world.run(pressed ? 15_000 : UNPRESSED_MS);
  for (const actor of stage.actors) {
    const gone = getIdentity(actor.device.store)?.state !== 'active';
    if (actor.perhapsRemoved && gone) actor.removed ??= stage.ledger.tick;
  }
  const problems = stage.actors.flatMap((actor) => mailIsHere(stage, actor));
  // What came only now may be gone again when the month of a purge is over: of this device alone, by its own Keep Messages. Who had it must be known.
  for (const one of stage.actors) problems.push(...checkNow(stage, one));
  await endPurges(stage, dice);
  for (const actor of stage.actors) {
    if (actor.removed !== null) continue;
    await turnOn.act(stage, actor, dice);
    for (const name of ['resume', 'repair', 'syncNow'] as const) {
      if (name === 'syncNow' ? pressed : name !== 'repair' || asksForRepair(actor)) {
        if (name === 'repair') may(actor, 'compare');
        await tell(stage, actor, name, () => actor.device.execute(name, null));
      }
    }
  }
  await rest(stage, dice);
  // What a hostile cloud gave something else for is asked for once more within the hour (SPEC SYN-160), where nobody presses Sync Now.
  if (!pressed && stage.actors.some(isNotWhole)) {
    await world.run(AGAIN_MS);
    await rest(stage, dice);
  }
  // Whom messages have not reached by then, any device of their sender's can reach.
  if (isShort(stage.seed) && (await deliverRest(stage, () => world.run(500)))) await rest(stage, dice);
  // What others have told meanwhile may wake somebody once more.
  await world.run(LOOK_MS);
  return problems;
}

/** Until there is nothing left to wait for, or for long enough. */
async function rest(stage: Stage, dice: SeededRandom): Promise<void> {
  for (let left = HEAL_MS; left > 0; left -= LOOK_MS) {
    await stage.world.run(LOOK_MS);
    await pressRepair(stage, dice);
    const there = stage.actors.filter(({ removed }) => removed === null);
    for (const actor of there) lookAtFiles(stage, actor);
    if (there.every((actor) => isQuiet(actor) && filesRest(actor))) return;
  }
}

const isNotWhole = ({ removed, device }: Actor): boolean =>
  removed === null &&
  device.core.status().switch === 'on' &&
  unreadable(device.store, 'messages', 1).length > 0;

/** SIM-17: nobody asks again and again. The most that is seen where all goes well is a third of that. */
function hotLoops(stage: Stage): string[] {
  return stage.actors
    .filter(({ far }) => far.asking.most > MOST_REQUESTS)
    .map(({ name, far }) => `SIM-17 ${name} made ${far.asking.most} requests in one minute`);
}

const asksForRepair = ({ device }: Actor) => device.core.status().action === 'repair';

/** What turns a switch off without anybody on that device. */
const turnedOffBy: ReadonlySet<string> = new Set(['allDevices', 'purged']);

/** What one has found wrong may be found on another once the first has told of it. */
async function pressRepair(stage: Stage, dice: SeededRandom): Promise<void> {
  for (const actor of stage.actors) {
    if (actor.removed !== null) continue;
    if (asksForRepair(actor)) {
      may(actor, 'compare');
      await tell(stage, actor, 'repairs', () => actor.device.execute('repair', null));
    } else if (actor.device.core.status().purge !== null) {
      // A device that had died as it asked for it has asked again since.
      for (const one of stage.of(actor.person)) may(one, 'undo');
      await tell(stage, actor, 'undoes the purge', () => actor.device.execute('undoPurge', null));
    } else if (turnedOffBy.has(actor.device.core.status().switchReason ?? '')) {
      // A zone that stood still has heard of that only now.
      await SWITCH_ACTS[0]?.act(stage, actor, dice);
    }
  }
}

/** A purge that the cloud has pending is taken back, or its day comes. */
async function endPurges(stage: Stage, dice: SeededRandom): Promise<void> {
  for (const person of ['anna', 'bob'] as const) {
    const [actor] = stage.of(person) as [Actor];
    if ((await cloudZone(stage, actor))?.purgeAtMs === 0n) continue;
    if (dice.chance(0.5)) {
      for (const one of stage.of(person)) may(one, 'undo');
      await tell(stage, actor, 'undoes the purge', () => actor.device.execute('undoPurge', null));
    } else stage.world.jump(31 * 24 * 3_600_000);
    await stage.world.run(15_000);
  }
}

async function tell(stage: Stage, actor: Actor, what: string, work: () => Promise<unknown>): Promise<void> {
  stage.does(actor, what, work);
  await stage.world.run(500);
}
