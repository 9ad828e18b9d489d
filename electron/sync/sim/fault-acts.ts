/** More of what the world does in a simulation: deaths at named points, crashes at a call, clocks that drift, keys that change meanwhile. */
import type { Act } from './acts.ts';
import { leaves } from './acts-switch.ts';
import { KILL_POINTS } from './kill-points.ts';

/** Of one device, and not reached yet. */
const MOST_POINTS = 4;
/** About as many as are armed in one. */
const POINTS_A_STORY = 7;

/** The device dies when it gets there. The points take turns, so that those which are seldom reached wait for long enough. */
const killPoint: Act['act'] = (stage, { kills }) => {
  if (kills.waiting >= MOST_POINTS) return false;
  const turn = stage.seed * POINTS_A_STORY + stage.armed;
  stage.armed += 1;
  kills.arm(KILL_POINTS[turn % KILL_POINTS.length] as string);
  return true;
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
