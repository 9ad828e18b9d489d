/**
 * Deaths at points that devices hardly ever reach: in 50,000 stories a device dies thirty times after a `Fetch`, and seventy times after an
 * `UndoPurge`. In stories of their own (oftener.ts) a device dies at such points alone, and is led there: what makes it ask for a page, a key or a
 * purge happens at once. The cloud is honest in them.
 */
import type { Act } from './acts.ts';
import { MESSAGE_ACTS } from './acts.ts';
import { SWITCH_ACTS } from './acts-switch.ts';
import { pointsOf } from './kill-points.ts';
import type { SeededRandom } from './random.ts';
import type { Actor, Stage } from './stage.ts';
import { UPHEAVALS } from './upheavals.ts';

const HOUR_MS = 3_600_000;

type Lead = {
  /** Whether something is committed when its answer has come, before anything else is asked. */
  commits: boolean;
  /** Makes the device ask. */
  lead(stage: Stage, actor: Actor, dice: SeededRandom): Promise<void>;
};

const actOf = (acts: readonly Act[], name: string): Act['act'] => {
  const found = acts.find((act) => act.name === name);
  if (found === undefined) throw new Error(`No act is named "${name}".`);
  return found.act;
};

/** One after the other, while the device lives, with time for each to be done. */
const inTurn =
  (...acts: Act['act'][]): Lead['lead'] =>
  async (stage, actor, dice) => {
    for (const act of acts) {
      // Who signs in at a cloud that has just crashed is of an account that nobody has.
      if (await stage.cloud.rise()) stage.say('the cloud is started again');
      if (!actor.device.alive) return;
      await act(stage, actor, dice);
      await stage.world.run(2_000);
    }
  };

const newDevice = actOf(SWITCH_ACTS, 'sign in on a new device');
const removes = actOf(SWITCH_ACTS, 'remove a device');
const switchOff = actOf(SWITCH_ACTS, 'switch off');
const switchOn = actOf(SWITCH_ACTS, 'switch on');
const deletes = actOf(SWITCH_ACTS, 'disable & delete');
const undoes = actOf(SWITCH_ACTS, 'undo a purge');
const repairs = actOf(SWITCH_ACTS, 'repair');
/** What devices have of a zone is worth nothing any more: they begin from the front. */
const tokensEnd = actOf(UPHEAVALS, 'change tokens');
const deletesMessages = actOf(MESSAGE_ACTS, 'delete several');
const deletesForGood = actOf(MESSAGE_ACTS, 'delete now');

const quits: Act['act'] = async (stage, actor) => {
  stage.count('fault: device quits');
  stage.say(`${actor.name} quits, and starts again`);
  await actor.device.stop();
  actor.device.start();
  return true;
};

const anHour: Act['act'] = (stage) => {
  stage.say('an hour passes');
  stage.world.jump(HOUR_MS + 1);
  return true;
};

const LEADS: Record<string, Lead> = {
  OpenZone: { commits: true, lead: inTurn(quits) },
  Backfill: { commits: true, lead: inTurn(tokensEnd, quits) },
  // What was let go of on this device alone is fetched again.
  Fetch: { commits: true, lead: inTurn(switchOff, deletesMessages, deletesForGood, switchOn, repairs) },
  UpdateKeyring: { commits: false, lead: inTurn(newDevice, removes) },
  ListSessions: { commits: false, lead: inTurn(anHour, newDevice, removes) },
  MarkForPurge: { commits: true, lead: inTurn(deletes) },
  UndoPurge: { commits: true, lead: inTurn(deletes, undoes) },
};

export const SELDOM_POINTS: readonly string[] = pointsOf(
  Object.fromEntries(Object.entries(LEADS).map(([call, { commits }]) => [call, commits])),
);

/** From one to the next: another call each time, and all points in turn, since it divides their number no more than they it. */
const STRIDE = 5;

export const seldomPoint = (turn: number): string =>
  SELDOM_POINTS[(turn * STRIDE) % SELDOM_POINTS.length] as string;

/** The device is to die at that point, and is led there. */
export async function diesAt(
  stage: Stage,
  actor: Actor,
  point: string,
  dice: SeededRandom,
): Promise<boolean> {
  actor.kills.arm(point);
  await LEADS[point.split(' ').at(-1) ?? '']?.lead(stage, actor, dice);
  return true;
}
