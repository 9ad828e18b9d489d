/** What the world does in a simulation: connections, power, clocks, disks, time, and the cloud. */
import type { Store } from '../../store/open.ts';
import { type Act, turnedOn } from './acts.ts';
import { copyFiles, putFilesBack } from './file-acts.ts';
import { messagesOf } from './ledger.ts';
import { forgetLook } from './looks.ts';
import { FINE } from './network.ts';
import { isSleepy, stormOf } from './oftener.ts';
import { mailIsGone, putBack } from './put-back.ts';
import type { SeededRandom } from './random.ts';
import { MAILBOXES_FULL } from './retry-acts.ts';
import { isShort } from './short.ts';
import type { Limits } from './sim-cloud.ts';
import type { Actor, Stage } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const connection: Act['act'] = (stage, { name, line }) => {
  line.up = !line.up;
  stage.say(`${name} is ${line.up ? 'connected' : 'cut off'}`);
  return true;
};

const weather: Act['act'] = (stage, { name, line }) => {
  line.weather = line.weather === FINE ? stormOf(stage.seed) : FINE;
  stage.say(`${name} has a ${line.weather === FINE ? 'good' : 'bad'} connection`);
  return true;
};

const clock: Act['act'] = (stage, actor, dice) => {
  actor.clock.offMs = dice.pick([0, 30_000, -90_000, 10 * MINUTE, 40 * DAY, -400 * DAY, 400 * DAY]);
  stage.count(actor.clock.offMs < 0 ? 'fault: clock back' : 'fault: clock forward');
  stage.say(`${actor.name}'s clock is off by ${actor.clock.offMs / 1000} s`);
  return true;
};

const die: Act['act'] = async (stage, actor, dice) => {
  const inOrder = dice.chance(0.3);
  stage.count(inOrder ? 'fault: device quits' : 'fault: device killed');
  await (inOrder ? actor.device.stop() : actor.device.kill());
  if (actor.copy === null && !actor.anchor && dice.chance(0.5)) {
    const image = actor.device.copy();
    actor.copy = { image, files: copyFiles(stage, actor), tick: stage.ledger.tick };
  }
  stage.say(
    `${actor.name} ${inOrder ? 'quits' : 'is killed'}${actor.copy === null ? '' : ', a copy is kept'}`,
  );
  return true;
};

/** The only act of a device that does not run. */
export function startAgain(stage: Stage, actor: Actor, dice: SeededRandom): void {
  if (actor.copy !== null && dice.chance(0.4)) {
    putBack(stage, actor, actor.copy.image);
    for (const guid of actor.device.look(unsent)) stage.ledger.askedAgain.add(guid);
    putFilesBack(actor, actor.copy.files);
    stage.ledger.doubt(actor.name, actor.copy.tick);
    actor.seen.clear();
    actor.hidden.clear();
    forgetLook(actor);
    actor.copy = null;
    stage.count('fault: device put back to an old copy');
    stage.say(`${actor.name} is put back to an old copy`);
  }
  actor.device.start();
  stage.say(`${actor.name} starts again`);
  // In its last moment it may have been turned on, and be turned off again before anybody looks at it (checks.ts).
  turnedOn(stage, actor);
}

/** All computers sleep: nobody polls for so long. In a sleepy story the next thing is done before they have heard the time again. */
function timePasses(least: number, most: number): Act['act'] {
  return async (stage, _, dice) => {
    const days = least + dice.below(most - least + 1);
    stage.say(`${days} days pass`);
    stage.world.jump(days * DAY);
    await stage.world.run(dice.below(isSleepy(stage.seed) ? SECOND : 5 * MINUTE));
    return true;
  };
}

/** This one alone: the others go on living. */
const away: Act['act'] = async (stage, actor, dice) => {
  if (!actor.device.alive || stage.of(actor.person).length < 2) return false;
  stage.count('fault: a device away for long');
  stage.say(`${actor.name} is away from here on`);
  await actor.device.stop();
  return timePasses(20, 400)(stage, actor, dice);
};

const fullDisk: Act['act'] = (stage, actor, dice) => {
  const { disk } = actor;
  disk.full = !disk.full;
  disk.freeBytes = disk.full ? dice.pick([null, 1000]) : null;
  const pages = Number(actor.device.store.db.pragma('page_count', { simple: true }));
  actor.device.store.db.pragma(`max_page_count = ${disk.full ? pages + dice.below(3) : 4_000_000}`);
  if (disk.full) stage.count("fault: device's disk full");
  stage.say(`${actor.name}'s disk ${disk.full ? 'is full' : 'has room'}`);
  return true;
};

const busyDatabase: Act['act'] = async (stage, actor, dice) => {
  stage.count("fault: device's database busy");
  stage.say(`${actor.name}'s database is held by somebody else`);
  if (!actor.device.hold(true)) return true;
  await stage.world.run(dice.below(3_000));
  actor.device.hold(false);
  return true;
};

const cloudCrash: Act['act'] = async (stage) => {
  stage.count('fault: cloud crash');
  stage.say('the cloud crashes and is started again');
  stage.limited = false;
  await stage.cloud.crash();
  return true;
};

const OLD_LIMITS = ['quota', 'disk'] as const;
/** In stories with short pages. */
const LIMITS = [...OLD_LIMITS, 'mailboxes', 'mailboxes'] as const;
const LIMITED: Record<(typeof LIMITS)[number], string> = {
  quota: 'fault: quota reached',
  disk: "fault: cloud's disk full",
  mailboxes: MAILBOXES_FULL,
};

const cloudLimits: Act['act'] = async (stage, _, dice) => {
  stage.limited = !stage.limited;
  const which = dice.pick(isShort(stage.seed) ? LIMITS : OLD_LIMITS);
  const limits: Limits =
    which === 'quota'
      ? { quotaBytes: 8_000 }
      : which === 'disk'
        ? { largestDatabaseBytes: 200_000 }
        : { mailboxLimits: { mailboxEntries: 1 + dice.below(6) } };
  if (!stage.limited) stage.count('fault: quota freed');
  else stage.count(LIMITED[which]);
  stage.say(stage.limited ? `the cloud has no room (${which})` : 'the cloud has room');
  await stage.cloud.restart(stage.limited ? limits : {});
  return true;
};

const cloudTokens: Act['act'] = async (stage) => {
  stage.count('fault: change tokens expired');
  stage.say('change tokens are worth nothing any more');
  stage.limited = false;
  await stage.cloud.forgetTokens();
  return true;
};

const backUp: Act['act'] = (stage) => {
  if (stage.keyringMoves > 0) return false;
  stage.backup = stage.cloud.backUp();
  stage.say("the cloud's database is backed up");
  return true;
};

const unsent = (store: Store): string[] =>
  store
    .all<{ guid: string }>("SELECT lower(hex(guid)) AS guid FROM outbox WHERE kind = 'message'")
    .map(({ guid }) => guid);

/** Messages whose request may have been accepted. */
const unheard = (store: Store): string[] =>
  store
    .all<{ guid: string }>(
      "SELECT lower(hex(guid)) AS guid FROM outbox WHERE kind = 'message' AND sealed IS NOT NULL",
    )
    .map(({ guid }) => guid);

/**
 * Only one from before no change of a keyring: devices refuse a log that has become shorter, and a device that joined since would have to
 * sign in again (docs/KNOWN-GAPS.md).
 */
const restore: Act['act'] = async (stage) => {
  const { backup } = stage;
  if (backup === null) return false;
  stage.backup = null;
  stage.limited = false;
  stage.mayLackFiles = true;
  stage.count('fault: cloud put back from a backup');
  stage.say('the cloud is put back to its backup');
  await stage.cloud.restore(backup);
  for (const { device } of stage.actors)
    for (const guid of device.look(unheard)) stage.ledger.askedAgain.add(guid);
  // What had not come to its receivers went with the cloud, unless it is in the backup; and so did mail that had come and was not acknowledged.
  for (const actor of stage.actors) {
    const rows = actor.device.look((store) => messagesOf({ store }));
    actor.acknowledged = rows;
    mailIsGone(stage, actor);
    if (!actor.anchor) continue;
    const here = new Set(rows.map(({ guid }) => guid));
    for (const guid of stage.ledger.sent.keys()) {
      if (!here.has(guid)) stage.ledger.unsure[actor.person].add(guid);
    }
  }
  return true;
};

export const UPHEAVALS: Act[] = [
  { name: 'connection', weight: 5, act: connection },
  { name: 'weather', weight: 3, act: weather },
  { name: 'clock', weight: 3, act: clock },
  { name: 'die', weight: 6, act: die },
  { name: 'days pass', weight: 1.5, act: timePasses(1, 10) },
  { name: 'a month passes', weight: 1, act: timePasses(30, 33) },
  { name: 'a year passes', weight: 0.3, act: timePasses(365, 400) },
  { name: 'away', weight: 0.7, act: away },
  { name: 'disk', weight: 1.2, act: fullDisk },
  { name: 'busy database', weight: 0.7, act: busyDatabase },
  { name: 'cloud crash', weight: 2, act: cloudCrash },
  { name: 'cloud limits', weight: 1, act: cloudLimits },
  { name: 'change tokens', weight: 0.5, act: cloudTokens },
  { name: 'backup', weight: 1, act: backUp },
  { name: 'restore', weight: 0.7, act: restore },
];
