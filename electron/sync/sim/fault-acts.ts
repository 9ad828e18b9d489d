/** More of what the world does in a simulation: deaths at named points, crashes at a call, clocks that drift, keys that change meanwhile. */
import type { Act } from './acts.ts';
import { leaves, SWITCH_ACTS } from './acts-switch.ts';
import { FILE_ACTS, withFiles } from './file-acts.ts';
import { FILE_KILL_POINTS, KILL_POINTS } from './kill-points.ts';
import { may } from './looks.ts';
import { diesSeldom } from './oftener.ts';
import type { SeededRandom } from './random.ts';
import { diesAt, seldomPoint } from './seldom.ts';
import type { Actor, Stage } from './stage.ts';

/** Of one device, and not reached yet. */
const MOST_POINTS = 4;
/** About as many as are armed in one. */
const POINTS_A_STORY = 7;

/** The device dies when it gets there. The points take turns, so that those which are seldom reached wait for long enough. */
const killPoint: Act['act'] = async (stage, actor, dice) => {
  const { kills } = actor;
  if (kills.waiting >= MOST_POINTS) return false;
  const turn = stage.seed * POINTS_A_STORY + stage.armed;
  stage.armed += 1;
  if (diesSeldom(stage.seed)) return diesAt(stage, actor, seldomPoint(turn), dice);
  const point = withFiles(stage.seed)
    ? turnOf(turn % 2 === 0 ? FILE_KILL_POINTS : KILL_POINTS, Math.floor(turn / 2))
    : turnOf(KILL_POINTS, turn);
  kills.arm(point);
  await provoke(stage, actor, point.split(' ').at(-1) ?? '', dice);
  return true;
};

const turnOf = (points: readonly string[], turn: number): string => points[turn % points.length] as string;

/** What leads to a call that is seldom made. Not what the account itself does, while its cloud is hostile (hostile-plan.ts). */
async function provoke(stage: Stage, actor: Actor, call: string, dice: SeededRandom): Promise<void> {
  const act = PROVOKING[call];
  if (act !== undefined) {
    const honest = actor.far.memory === null;
    if (honest && dice.chance(0.5))
      await SWITCH_ACTS.find(({ name }) => name === act)?.act(stage, actor, dice);
  } else if (['Inventory', 'Fetch', 'Backfill'].includes(call)) {
    may(actor, 'compare');
    stage.does(actor, 'repairs', () => actor.device.execute('repair', null));
  } else if (call.endsWith('Blob') || call.endsWith('Blobs')) {
    await FILE_ACTS[0]?.act(stage, actor, dice);
  } else if (call === 'LookUp') {
    const other = actor.person === 'anna' ? 'bob' : 'anna';
    stage.does(actor, `looks ${other} up`, () =>
      actor.device.execute('startConversation', { handles: [`${other}@example.org`], name: null }),
    );
  }
}

const PROVOKING: Record<string, string> = {
  UpdateKeyring: 'remove a device',
  MarkForPurge: 'disable & delete',
  UndoPurge: 'undo a purge',
};

const crashAtCall: Act['act'] = (stage, _, dice) => {
  stage.cloud.crashAt = dice.pick(['before', 'after'] as const);
  return true;
};

/** In a hundred seconds it is a second off, or in a day some minutes. */
const drift: Act['act'] = (stage, actor, dice) => {
  actor.clock.drift = dice.pick([0.01, -0.01, 0.002, -0.002, 0.00002]);
  stage.count('fault: clock drifts');
  stage.say(`${actor.name}'s clock drifts by ${actor.clock.drift}`);
  return true;
};

/** While a push is on its way, another device removes a third one: the push comes with the epoch of before. */
const rotation: Act['act'] = (stage, actor, dice) => {
  const { person, far, name } = actor;
  const others = stage.of(person).filter((one) => one !== actor && one.device.alive && one.line.up);
  const gone = others.find((one) => !one.anchor);
  const remover = others.find((one) => one !== gone);
  if (gone === undefined || remover === undefined) return false;
  stage.say(`${gone.name} is to be removed by ${remover.name} during the next push of ${name}`);
  far.beforePush = async () => {
    if (gone.removed !== null || !gone.device.alive || !remover.device.alive) return;
    const done = leaves(stage, remover, gone);
    // The push is on its way for so long.
    await stage.world.sleep(1_000 + dice.below(2_000), new AbortController().signal);
    if (await Promise.race([done, Promise.resolve(false)])) {
      stage.count('fault: epoch rotated in the middle of a push');
    }
  };
  return true;
};

export const FAULT_ACTS: Act[] = [
  { name: 'kill point', weight: 14, act: killPoint },
  { name: 'crash at a call', weight: 2, act: crashAtCall },
  { name: 'clock drift', weight: 1.5, act: drift },
  { name: 'rotation in a push', weight: 1, act: rotation },
];
