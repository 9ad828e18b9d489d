/**
 * A story whose cloud turns hostile (SPEC SIM-20 to SIM-22): from some step on it deceives one device, or all of an account, with one trick;
 * what people do goes on. At the end, while it is still hostile, everything else is put right and time passes: then what can be noticed must
 * have been said. After that the cloud is honest, people press Repair where they are told to, and everything must be equal as in any story.
 */

import { clientsOf } from '../../../cloud/testing/clients.ts';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { type Record as CloudRecord, Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import { getRecord } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { Deceit } from './far-side.ts';
import { Memory } from './hostile-answers.ts';
import { FORGED_TEXT, forge } from './hostile-forgeries.ts';
import { TRICKS, type Trick } from './hostile-tricks.ts';
import { messagesOf, type PersonName } from './ledger.ts';
import { may } from './looks.ts';
import { turnOf } from './oftener.ts';
import { derived, type SeededRandom, seeded } from './random.ts';
import { everSaid } from './said.ts';
import type { Actor, Stage } from './stage.ts';

/** Longer than the slow poll, and than what it takes for heads to be told twice. */
const RECKONING_MS = 25 * 60_000;

export type HostilePlan = {
  trick: Trick;
  person: PersonName;
  dice: SeededRandom;
  /** The steps at which it takes its copy, and at which it begins to use it. */
  copyAt: number;
  beginAt: number;
  began: boolean;
  deceits: { actor: Actor; deceit: Deceit }[];
};

/** Null: an honest cloud. The tricks take turns (oftener.ts). */
export function hostilePlan(seed: number, steps: number): HostilePlan | null {
  const trick = turnOf(TRICKS, seed);
  if (trick === null) return null;
  const dice = seeded(derived(seed, 3));
  const copyAt = dice.below(Math.ceil(steps / 3));
  const beginAt = trick.elsewhere === undefined ? copyAt : copyAt + 1 + dice.below(Math.ceil(steps / 3));
  // Bob has one device at the beginning: a fork of his has nobody who could compare.
  const person = dice.chance(0.25) && trick.elsewhere === undefined ? 'bob' : 'anna';
  return { trick, person, dice, copyAt, beginAt, began: false, deceits: [] };
}

/** What a cloud does to its accounts is not mixed with what happens to the account itself. */
export const NOT_WHILE_HOSTILE: ReadonlySet<string> = new Set([
  'disable & delete',
  'undo a purge',
  'sign in on a new device',
  'remove a device',
  'rotation in a push',
  'backup',
  'restore',
  'change tokens',
  'cloud limits',
  'cloud crash',
  'crash at a call',
]);

/** Before anything happens: it remembers from the first call on. */
export function watchAll(stage: Stage): void {
  const of = new Memory();
  for (const actor of stage.actors) {
    const account = toHex(getIdentity(actor.device.store)!.accountId);
    actor.far.memory = { of, account, device: actor.id };
  }
}

/** Before a step. */
export async function turnHostile(stage: Stage, plan: HostilePlan, step: number): Promise<void> {
  const { trick, dice } = plan;
  if (step === plan.copyAt && trick.elsewhere !== undefined) {
    stage.copy = await stage.cloud.twin();
    stage.say('the cloud keeps a copy of itself');
  }
  if (step < plan.beginAt || plan.began) return;
  const of = stage.of(plan.person).filter(({ device }) => device.alive);
  const all = stage.actors.filter(({ device }) => device.alive);
  const one = all.find(({ person }) => person === 'anna');
  const two = all.find(({ person }) => person === 'bob');
  // Somebody is not there just now: at the next step, then.
  if (of.length === 0 || one === undefined || two === undefined) return;
  plan.began = true;
  const conversation = stage.conversations[0] as string;
  const forged = await forge([one.device.store, two.device.store], conversation, dice);
  const theirs = trick.theirs === true ? await zonesOf(stage, plan.person === 'anna' ? two : one) : new Map();
  const deceived = trick.to === 'account' ? stage.of(plan.person) : [dice.pick(of)];
  if (trick.elsewhere === 'everything' && trick.to === 'account') {
    // Of everybody: a cloud that is put back is put back for all.
    deceived.splice(0, deceived.length, ...stage.actors.filter(({ removed }) => removed === null));
  }
  for (const actor of deceived) {
    const { memory } = actor.far;
    if (memory === null) continue;
    const scene = {
      ...{ memory: memory.of, dice, account: memory.account, device: actor.id, forged, theirs },
      known: (zone: Zone) => knownHead(actor, zone),
      has: (zone: Zone, id: Uint8Array, rev: number) =>
        actor.device.alive && (getRecord(actor.device.store, nameOf(zone), id)?.base.rev ?? 0) >= rev,
    };
    const deceit: Deceit = { trick, scene, copy: stage.copy, bites: 0 };
    actor.far.deceit = deceit;
    plan.deceits.push({ actor, deceit });
    // Its stream is one of the honest cloud's, and what it asks at the beginning of one it has asked.
    if (actor.device.alive) {
      await actor.device.stop();
      actor.device.start();
    }
  }
  stage.say(`the cloud ${trick.name} for ${deceived.map(({ name }) => name).join(', ')}`);
}

/** What the cloud has of that device's account. */
async function zonesOf(stage: Stage, { device }: Actor): Promise<Map<Zone, CloudRecord[]>> {
  const token = getIdentity(device.store)?.sessionToken ?? '';
  const { zone: zones } = clientsOf(stage.cloud, token);
  const records = new Map<Zone, CloudRecord[]>();
  for (const zone of [Zone.ACCOUNT, Zone.MESSAGES]) {
    const { backfillCursor: cursor } = await zones.openZone({ zone });
    records.set(zone, (await zones.backfill({ zone, cursor, limit: 10 })).records);
  }
  return records;
}

const nameOf = (zone: Zone) => (zone === Zone.ACCOUNT ? 'account' : 'messages');

function knownHead({ device }: Actor, zone: Zone): number {
  return device.alive ? getZoneState(device.store, nameOf(zone)).head : 0;
}

const isTurnedOff = ({ device }: Actor): boolean =>
  ['off', 'disabling'].includes(device.core.status().switch);

/** At the end of the story's steps: everything but the cloud is right, and time passes. What it says is checked. */
export async function reckon(stage: Stage, plan: HostilePlan): Promise<string[]> {
  const { trick } = plan;
  if (!plan.began) return [];
  stage.say('everything but the cloud heals');
  for (const actor of plan.deceits.map((one) => one.actor)) {
    // Off, or nearly: to whom nothing is taken away nothing is said.
    if (actor.device.alive && isTurnedOff(actor) && trick.says !== null) {
      may(actor, 'turnOn');
      stage.does(actor, 'turns the switch on', () =>
        actor.device.execute('setSwitch', { on: true, deletedHere: 'bringBack' }),
      );
      stage.ledger.answer(actor.name, false);
    }
    // Who was paused by a person looks at nothing, and notices nothing.
    if (actor.device.alive && actor.device.core.status().paused?.reason === 'held')
      stage.does(actor, 'resumes', () => actor.device.execute('resume', null));
  }
  await stage.world.run(60_000);
  for (const actor of stage.of(plan.person)) {
    const text = `${actor.name} at the reckoning`;
    stage.does(actor, `writes "${text}"`, () =>
      actor.device.execute('send', { conversationId: stage.conversations[0] as string, text, replyTo: null }),
    );
  }
  await stage.world.run(RECKONING_MS);
  const problems = forgedShown(stage);
  const bites = plan.deceits.reduce((sum, { deceit }) => sum + deceit.bites, 0);
  if (trick.says !== null && bites > 0) {
    const said = new Set(stage.of(plan.person).flatMap((actor) => [...everSaid(actor)]));
    const everybody =
      trick.elsewhere === 'everything' ? stage.actors.flatMap((one) => [...everSaid(one)]) : [];
    if (!trick.says.some((one) => said.has(one) || everybody.includes(one))) {
      problems.push(
        `SIM-21 the cloud ${trick.name} (${bites} times), and nobody says one of ${trick.says.join(', ')}: ${[...said].join(', ')}`,
      );
    }
  }
  return problems;
}

/** The cloud is honest from here on. */
export async function turnHonest(stage: Stage, plan: HostilePlan): Promise<void> {
  if (plan.trick.losesMail === true) doubtMail(stage);
  if (plan.began && plan.trick.elsewhere === 'everything') stage.mayLackFiles = true;
  for (const { actor, deceit } of plan.deceits) {
    actor.far.deceit = null;
    if ((deceit.copy !== null || deceit.trick.silent === true) && actor.device.alive) {
      await actor.device.stop();
      actor.device.start();
    }
  }
  if (plan.began) stage.say('the cloud is honest again');
}

/** What others sent and no device of somebody's has: it went to a copy, or came changed, and does not come again (docs/KNOWN-GAPS.md). */
function doubtMail(stage: Stage): void {
  for (const person of ['anna', 'bob'] as const) {
    const here = new Set(
      stage
        .of(person)
        .filter(({ device }) => device.alive)
        .flatMap(({ device }) => messagesOf(device).map(({ guid }) => guid)),
    );
    for (const { guid, by } of stage.ledger.sent.values()) {
      if (!by.startsWith(person) && !here.has(guid)) stage.ledger.unsure[person].add(guid);
    }
  }
}

/** SIM-20: nothing that was made up is believed. */
export function forgedShown(stage: Stage): string[] {
  return stage.actors
    .filter(({ device }) => device.alive)
    .flatMap(({ name, device }) =>
      messagesOf(device)
        .filter(({ text }) => text.includes(FORGED_TEXT))
        .map(() => `SIM-20 ${name} shows a message that nobody wrote`),
    );
}

/** SIM-20: the keyring that a device holds is the account's own, as far as it goes. */
export async function forgedKeys(stage: Stage): Promise<string[]> {
  const problems: string[] = [];
  for (const person of ['anna', 'bob'] as const) {
    const [one] = stage.of(person);
    if (one === undefined) continue;
    const token = getIdentity(one.device.store)?.sessionToken ?? '';
    const { keyring } = await clientsOf(stage.cloud, token).account.getKeyring({});
    for (const { name, device } of stage.of(person)) {
      const { log, epochs } = getKeyring(device.store);
      const same = (mine: readonly { body: Uint8Array }[], theirs: readonly { body: Uint8Array }[]) =>
        mine.every(({ body }, index) => equalBytes(body, theirs[index]?.body ?? new Uint8Array()));
      if (!same(log, keyring?.log ?? []) || !same(epochs, keyring?.epochs ?? []))
        problems.push(`SIM-20 ${name} believes in a device or an epoch that nobody made`);
    }
  }
  return problems;
}
