/** What people do to the switch, to their account's devices and to a transfer under way. */
import { addDevice } from '../../../cloud/testing/person.ts';
import { SyncFailure } from '../failure.ts';
import type { CommandName } from '../protocol.ts';
import { type Act, deletesTravel } from './acts.ts';
import { may } from './looks.ts';
import { type Actor, MOST_DEVICES, type Stage } from './stage.ts';

/** `everywhere`: what was deleted here while the switch was off. */
const turnOn: Act['act'] = (stage, actor, dice) => {
  const deletedHere = dice.pick(['everywhere', 'bringBack', 'bringBack'] as const);
  const asked = !deletesTravel(actor);
  may(actor, 'turnOn');
  stage.does(
    actor,
    `turns the switch on (${deletedHere})`,
    async () => {
      await actor.device.execute('setSwitch', { on: true, deletedHere });
      if (asked) stage.ledger.answer(actor.name, deletedHere === 'everywhere');
    },
    () => {
      if (asked && deletedHere === 'everywhere') stage.ledger.perhapsEverywhere(actor.name);
    },
  );
  return true;
};

function turnOff(everywhere: boolean): Act['act'] {
  return (stage, actor) => {
    stage.does(actor, everywhere ? 'turns all switches off' : 'turns the switch off', () =>
      actor.device.execute('setSwitch', { on: false, everywhere }),
    );
    return true;
  };
}

type Plain = Extract<
  CommandName,
  | 'cancelSync'
  | 'hold'
  | 'resume'
  | 'continueAnyway'
  | 'syncNow'
  | 'repair'
  | 'disableAndDelete'
  | 'switchPreview'
>;

const disableAndDelete: Act['act'] = (stage, actor, dice) => {
  stage.ledger.purged[actor.person] = true;
  return plainly('disableAndDelete', 'disables and deletes')(stage, actor, dice);
};

function plainly(name: Plain, what: string): Act['act'] {
  return (stage, actor) => {
    if (name === 'cancelSync') may(actor, 'turnOn');
    if (name === 'repair' || name === 'switchPreview') may(actor, 'compare');
    stage.does(actor, what, () => actor.device.execute(name, null));
    return true;
  };
}

const undoPurge: Act['act'] = (stage, actor) => {
  const { person, device } = actor;
  for (const one of stage.of(person)) may(one, 'undo');
  stage.undosAsked[person] += 1;
  const answered = () => {
    stage.undosAsked[person] -= 1;
  };
  stage.does(actor, 'undoes a purge', () =>
    device.execute('undoPurge', null).then(answered, (error: unknown) => {
      if (error instanceof SyncFailure && error.reason === 'purgeOver') answered();
      throw error;
    }),
  );
  return true;
};

const conditions: Act['act'] = (stage, actor, dice) => {
  const known = () => dice.pick([null, true, false]);
  const now = { onBattery: known(), metered: known() };
  actor.device.core.setConditions(now);
  stage.say(`${actor.name} is on battery: ${now.onBattery}, metered: ${now.metered}`);
  return true;
};

const signInElsewhere: Act['act'] = async (stage, { person }, dice) => {
  const own = stage.actors.filter((actor) => actor.person === person).length;
  if (stage.long ? stage.actors.length >= MOST_DEVICES && !(await stage.retire()) : own >= MOST_DEVICES)
    return false;
  const takesPart = dice.chance(0.7);
  stage.backup = null;
  const account = await addDevice(stage.cloud.cloud, stage.people[person], dice.bytes);
  const actor = stage.add(person, account, { anchor: false });
  await actor.device.become(account, takesPart);
  // It may hear of the purge, and then of an Undo that was pressed before it came.
  if (stage.undosAsked[person] > 0) may(actor, 'undo');
  actor.device.start();
  stage.say(`${person} signs in on ${actor.name}, switch ${takesPart ? 'on' : 'off'}`);
  return true;
};

const removeDevice: Act['act'] = (stage, actor, dice) => {
  const others = stage.of(actor.person).filter((one) => one !== actor && !one.anchor);
  if (others.length === 0 || stage.of(actor.person).length <= 2) return false;
  void leaves(stage, actor, dice.pick(others));
  return true;
};

/** `actor` removes `gone` from the account. True once it is done. */
export function leaves(stage: Stage, actor: Actor, gone: Actor): Promise<boolean> {
  // What it has written and not sent yet may never come.
  stage.ledger.doubt(gone.name, 0);
  stage.ledger.leaving.add(gone.name);
  gone.perhapsRemoved = true;
  stage.backup = null;
  stage.keyringMoves += 1;
  return new Promise((resolve) => {
    stage.does(actor, `removes ${gone.name}`, async () => {
      try {
        await actor.device.execute('removeDevice', { id: gone.id, stolen: false, password: null });
        gone.removed ??= stage.ledger.tick;
      } finally {
        stage.keyringMoves -= 1;
        stage.backup = null;
        resolve(gone.removed !== null);
      }
    });
  });
}

export const SWITCH_ACTS: Act[] = [
  { name: 'switch on', weight: 6, act: turnOn },
  { name: 'switch off', weight: 5, act: turnOff(false) },
  { name: 'switch off everywhere', weight: 1.5, act: turnOff(true) },
  { name: 'cancel', weight: 2, act: plainly('cancelSync', 'cancels') },
  { name: 'pause', weight: 1, act: plainly('hold', 'pauses') },
  { name: 'resume', weight: 2, act: plainly('resume', 'resumes') },
  { name: 'continue anyway', weight: 0.5, act: plainly('continueAnyway', 'continues anyway') },
  { name: 'sync now', weight: 3, act: plainly('syncNow', 'synchronizes') },
  { name: 'repair', weight: 0.5, act: plainly('repair', 'repairs') },
  {
    name: 'look at the preview',
    weight: 0.5,
    act: plainly('switchPreview', 'looks what turning on would do'),
  },
  { name: 'disable & delete', weight: 1.5, act: disableAndDelete },
  { name: 'undo a purge', weight: 2, act: undoPurge },
  { name: 'power and connection', weight: 1, act: conditions },
  { name: 'sign in on a new device', weight: 1.5, act: signInElsewhere },
  { name: 'remove a device', weight: 0.7, act: removeDevice },
];
