/**
 * What is broken in a story is mended sooner or later: without this a long one would end with every line cut, every clock wrong and every
 * switch off, and nothing would happen any more. Everything is mended at the end anyway (story.ts, heal).
 */
import { type Act, deletesTravel } from './acts.ts';
import type { SeededRandom } from './random.ts';
import type { Actor, Stage } from './stage.ts';

/** So likely, of a device on which something is broken, one of these instead of an act. */
export const MENDED = 0.3;

type Mend = {
  broken(stage: Stage, actor: Actor): boolean;
  mend(stage: Stage, actor: Actor, dice: SeededRandom): void | Promise<void>;
};

const mends: Mend[] = [
  {
    broken: (_, { line }) => !line.up,
    mend: (stage, { name, line }) => {
      line.up = true;
      stage.say(`${name} is connected`);
    },
  },
  {
    broken: (_, { clock }) => Math.abs(clock.offMs) > 60_000 || clock.drift !== 0,
    mend: (stage, { name, clock }) => {
      clock.offMs = 0;
      clock.drift = 0;
      stage.say(`${name}'s clock is right`);
    },
  },
  {
    broken: (_, { disk }) => disk.full,
    mend: (stage, { name, disk, device }) => {
      disk.full = false;
      disk.freeBytes = null;
      device.store.db.pragma('max_page_count = 4000000');
      stage.say(`${name}'s disk has room`);
    },
  },
  {
    broken: ({ limited }) => limited,
    mend: async (stage) => {
      stage.limited = false;
      await stage.cloud.restart();
      stage.say('the cloud has room');
    },
  },
];

/** Of a device that runs: one of the things that are broken around it, or its switch. False: all is well. */
export async function mendOne(
  stage: Stage,
  actor: Actor,
  dice: SeededRandom,
  turnOn: Act['act'],
): Promise<boolean> {
  const broken = mends.filter((one) => one.broken(stage, actor));
  const off = actor.removed === null && !deletesTravel(actor);
  const which = dice.below(broken.length + (off ? 1 : 0));
  const chosen = broken[which];
  if (chosen !== undefined) await chosen.mend(stage, actor, dice);
  else if (off) await turnOn(stage, actor, dice);
  else return false;
  return true;
}
