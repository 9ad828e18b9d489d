/** More of what the world does in a simulation: deaths at named points, crashes at a call, clocks that drift, keys that change meanwhile. */
import type { Act } from './acts.ts';
import { KILL_POINTS } from './kill-points.ts';

/** The device dies when it gets there; a point that it never reaches is one that nothing happens at. */
const killPoint: Act['act'] = (_, { kills }, dice) => {
  kills.arm(dice.weighted(KILL_POINTS).name);
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

export const FAULT_ACTS: Act[] = [
  { name: 'kill point', weight: 14, act: killPoint },
  { name: 'crash at a call', weight: 2, act: crashAtCall },
  { name: 'clock drift', weight: 1.5, act: drift },
];
