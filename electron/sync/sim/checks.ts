/**
 * What must hold in a simulation (SPEC SIM-*): some of it at every moment when nobody computes, the rest when everything has healed and every
 * switch is on. A check that meets an exception names the reason for it; none is weakened to make a seed pass.
 */
import { clientsOf } from '../../../cloud/testing/clients.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { Zone, type ZoneState } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { getZoneState, zoneDigest } from '../../store/zone-state.ts';
import { turnedOn } from './acts.ts';
import { type Deletion, isOver, messagesOf, type PersonName, type Row } from './ledger.ts';
import { changesLeft, changeTo } from './left-changes.ts';
import { checkLook, isDeceived, listsAreTrue, nobodyHas, recoveredShown, whoHad } from './looks.ts';
import { noteAcknowledged } from './put-back.ts';
import { mayBeMissed, noteMissed } from './retry-acts.ts';
import { noteLetGo } from './schemas.ts';
import type { Actor, Stage } from './stage.ts';

const PEOPLE: readonly PersonName[] = ['anna', 'bob'];

/** Of one device, between any two moments of the world. */
export function checkNow(stage: Stage, actor: Actor): string[] {
  const { device, name } = actor;
  if (!device.alive) return [];
  const problems: string[] = [];
  if (actor.line.circles === true) problems.push(`SIM-8 ${name} asks without end`);
  turnedOn(stage, actor);
  noteMissed(stage, actor);
  noteAcknowledged(actor, device.store);
  const rows = messagesOf(device);
  problems.push(...checkLook(stage, actor, rows));
  if (rows !== actor.looked) problems.push(...lookAt(stage, actor, rows));
  actor.looked = rows;
  const status = device.core.status();
  // One that has come by mail or zone before its answer is that message, and goes on being asked for unseen (OUT-31).
  const waiting = device.store.kept('simulation outbox', ['outbox', 'message'], () =>
    count(
      device,
      `SELECT count(*) AS n FROM outbox o WHERE state <> 'failed' AND (kind = 'redelivery' OR kind = 'message'
         AND deleted_ms IS NULL AND guid NOT IN (SELECT guid FROM message WHERE mine = 1))`,
    ),
  );
  // Between the slices of bulk work nobody but this connection sees what has come.
  if (status.waitingToSend !== waiting && !device.store.bulkOpen)
    problems.push(`SIM-6 ${name} says that ${status.waitingToSend} wait to be sent, and ${waiting} do`);
  if (status.phase === 'idle' && status.switch !== 'off') {
    // Of messages and what belongs to them. The device's own record and settings go without a word.
    const due = device.store.kept('simulation dirty', ['dirty'], () =>
      count(device, 'SELECT count(*) AS n FROM dirty WHERE zone = 2 AND not_before_ms = 0'),
    );
    if (due > 0) problems.push(`SIM-6 ${name} is idle with ${due} changes to push`);
  }
  return problems;
}

/** The messages of a device, when any of them has changed. */
function lookAt(stage: Stage, actor: Actor, rows: readonly Row[]): string[] {
  const { ledger } = stage;
  const { name, person } = actor;
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    if (seen.has(row.guid)) problems.push(`SIM-3 ${name} has "${row.text}" twice`);
    seen.add(row.guid);
    ledger.saw(person, name, row);
    if (!row.visible) {
      actor.hidden.add(row.guid);
    } else if (
      actor.hidden.has(row.guid) &&
      !ledger.wasRecovered(person, row.conversation, row.guid) &&
      // What was deleted, or has expired, on this device alone comes back when its switch is turned on (SYN-36, KEEP-10). One that died as it was
      // told that this is everybody's may never have heard it.
      !ledger
        .of(person, row.conversation, row)
        .some(({ travels, by, here, sure }) => by === name && (!travels || (here && !sure))) &&
      !ledger.isExpired(person, name, stage.world.now - row.ms)
    ) {
      problems.push(`SIM-4 "${row.text}" is shown again on ${name}`);
      actor.hidden.delete(row.guid);
    }
    if (actor.removed !== null && ledger.sent.get(row.guid)?.removed.includes(name)) {
      problems.push(`SIM-7 ${name} was removed before "${row.text}" was written`);
    }
  }
  for (const guid of actor.seen) {
    if (seen.has(guid)) continue;
    if (actor.there.has(guid)) {
      problems.push(...goneTooEarly(stage, actor, guid));
      noteLetGo(stage, actor, guid);
    }
    actor.hidden.add(guid);
  }
  actor.there = seen;
  for (const guid of seen) actor.seen.add(guid);
  return problems;
}

/** SIM-3, at the moment itself: what was here is gone, and neither were its days over nor did anybody delete it for good. */
function goneTooEarly({ ledger, world }: Stage, actor: Actor, guid: string): string[] {
  const { name, person } = actor;
  const place = ledger.placeOf(person, guid);
  const sent = ledger.sent.get(guid);
  if (place === undefined || sent === undefined || actor.removed !== null || actor.perhapsRemoved) return [];
  if (ledger.unsure[person].has(guid)) return [];
  const age = ledger.ageMs(guid, world.now);
  if (ledger.isExpired(person, null, age) || ledger.isExpired(person, name, age)) return [];
  if (ledger.of(person, place.conversation, place).some((one) => isOver(one, world.now))) return [];
  return [`SIM-3 "${sent.text}" is gone from ${name} before its days are over`];
}

/** Delete Now of this very message, answered, on a device that took part: nothing brings it back (DEL-3). */
const isDeletedNow = ({ forGood, sure, what }: Deletion): boolean => forGood && sure && 'guid' in what;

function count({ store }: Actor['device'], sql: string): number {
  return store.get<{ n: number }>(sql)?.n ?? 0;
}

/** Whether there is nothing left to wait for. */
export function isQuiet({ device }: Actor): boolean {
  const { phase, switch: value, waitingToSend } = device.core.status();
  return (
    phase === 'idle' &&
    value === 'on' &&
    waitingToSend === 0 &&
    count(device, 'SELECT count(*) AS n FROM dirty') === 0 &&
    count(device, "SELECT count(*) AS n FROM outbox WHERE state <> 'failed'") === 0
  );
}

/** When everything has healed. */
export async function checkEnd(stage: Stage): Promise<string[]> {
  const problems: string[] = [];
  for (const person of PEOPLE) {
    const devices = stage.of(person);
    for (const actor of devices) {
      if (!isQuiet(actor)) problems.push(`SIM-8 ${actor.name} does not come to rest: ${restless(actor)}`);
    }
    problems.push(...(await equality(stage, devices)));
    for (const actor of devices) problems.push(...whole(stage, person, actor), ...listsAreTrue(actor));
  }
  problems.push(...textsAgree(stage));
  for (const actor of stage.actors) {
    for (const failure of actor.device.failures) {
      // A database that somebody else holds is no fault: the step is done again (SYN-34).
      const locked = failure.endsWith('database is locked');
      // Noise that happens to be a protobuf message without what must be in it.
      const noise = failure.includes(' internal The cloud ');
      if (failure.includes(' internal ') && !locked && !noise)
        problems.push(`SIM-9 ${actor.name}: ${failure}`);
    }
    if (actor.removed !== null && actor.device.alive) {
      if (getIdentity(actor.device.store)?.state === 'active') {
        problems.push(`SIM-7 ${actor.name} was removed and does not know it`);
      }
    }
  }
  return problems;
}

/** After these, a change that was sent may be gone with what had it (docs/KNOWN-GAPS.md). */
const LOSES_CHANGES = /^(fault: (cloud put back|device put back)|mailboxes full)/;

/** SIM-49: what both have of a message says the same, as it was edited or unsent last. */
export function textsAgree(stage: Stage): string[] {
  if (isDeceived(stage) || [...stage.counts.keys()].some((what) => LOSES_CHANGES.test(what))) return [];
  const [anna, bob] = PEOPLE.map((person) => stage.of(person)[0]);
  if (anna === undefined || bob === undefined) return [];
  const { unsure, keeps } = stage.ledger;
  // What a device with its switch off lets go of comes back as its own zone has it, without what came by mail meanwhile (docs/KNOWN-GAPS.md).
  if (keeps.some(({ by }) => by !== null)) return [];
  const letGo = (row: Row) =>
    PEOPLE.some((person) => stage.ledger.of(person, row.conversation, row).some(({ here }) => here));
  const removed = stage.actors.filter((actor) => actor.removed !== null);
  const left = new Set([...stage.leftChanges, ...removed.flatMap(({ device }) => device.look(changesLeft))]);
  const of = new Map(messagesOf(bob.device).map(({ guid, text }) => [guid, text]));
  // Its writer's devices say what none of them sends any more. A later change of theirs is sent.
  const isLeft = ({ guid, mine, text }: Row) => left.has(changeTo(guid, mine ? text : (of.get(guid) ?? '')));
  return messagesOf(anna.device)
    .filter(({ guid, text }) => of.has(guid) && of.get(guid) !== text)
    .filter((row) => !unsure.anna.has(row.guid) && !unsure.bob.has(row.guid) && !letGo(row) && !isLeft(row))
    .map(({ text, guid }) => `SIM-49 "${text}" of ${anna.name} says "${of.get(guid)}" on ${bob.name}`);
}

function restless({ device }: Actor): string {
  const failures = device.failures.slice(-3).join(' | ');
  return `${JSON.stringify(device.core.status())} ${failures}`;
}

/** SIM-1: the same records, byte for byte, and the digest that the cloud keeps. */
async function equality(stage: Stage, devices: Actor[]): Promise<string[]> {
  const problems: string[] = [];
  const [one, ...others] = devices;
  if (one === undefined) return ['nobody'];
  const a = recordsOf(one);
  for (const other of others) {
    const b = recordsOf(other);
    if (a.join() === b.join()) continue;
    const only = (x: string[], y: string[]) => {
      const known = new Set(y);
      return x.filter((line) => !known.has(line)).map((line) => line.slice(0, 300));
    };
    problems.push(
      `SIM-1 ${one.name} and ${other.name} differ`,
      ...only(a, b).map((line) => `  - ${line}`),
      ...only(b, a).map((line) => `  + ${line}`),
    );
  }
  const state = await cloudZone(stage, one);
  for (const { name, device } of devices) {
    const digest = toHex(zoneDigest(device.store, 'messages'));
    if (digest !== toHex(state?.digest ?? new Uint8Array())) {
      problems.push(`SIM-2 ${name} and the cloud have other digests`);
    }
    if (getZoneState(device.store, 'messages').head !== Number(state?.head)) {
      problems.push(`SIM-6 ${name} is idle and not at the head`);
    }
  }
  return problems;
}

/** The messages zone as the cloud has it. */
export async function cloudZone(stage: Stage, { device }: Actor): Promise<ZoneState | undefined> {
  const token = getIdentity(device.store)?.sessionToken ?? '';
  return (await clientsOf(stage.cloud, token).zone.openZone({ zone: Zone.MESSAGES })).state;
}

function recordsOf({ device }: Actor): string[] {
  return device.store
    .all<{ line: string }>(
      `SELECT lower(hex(id)) || ' ' || gone || ' ' || coalesce(lower(hex(payload)), '') AS line FROM record
       WHERE zone = 2 AND rev > 0 ORDER BY id`,
    )
    .map(({ line }) => line);
}

/** SIM-3 to SIM-5: every message is here, shown or deleted as people wished. */
function whole(stage: Stage, person: PersonName, actor: Actor): string[] {
  const { ledger, world } = stage;
  const problems: string[] = [];
  const here = new Map<string, Row>();
  for (const row of messagesOf(actor.device)) here.set(row.guid, row);
  problems.push(...recoveredShown(stage, actor, here));
  for (const { guid, text, tick } of ledger.sent.values()) {
    const row = here.get(guid);
    const place = ledger.placeOf(person, guid) ?? { ms: 0, guid, conversation: '' };
    const deletions = ledger.of(person, place.conversation, place);
    const travelled = deletions.filter(({ travels }) => travels);
    if (row === undefined) {
      const age = ledger.ageMs(guid, world.now);
      const over = (one: Deletion) => isOver(one, world.now);
      const letGo = ({ name }: Actor) =>
        deletions.some((one) => one.by === name && over(one)) || ledger.isExpired(person, name, age);
      const had = whoHad(stage, person, guid);
      // Where none was seen with it, it was too old when it came, and was there between two looks at the most; so whoever joined later gets it from none.
      const askedThen = stage.of(person).filter(({ joined }) => joined <= tick);
      const everywhere =
        had.length === 0
          ? askedThen.length > 0 && askedThen.every(({ name }) => ledger.isExpired(person, name, age))
          : nobodyHas(stage, had, guid, letGo);
      const expired = ledger.isExpired(person, null, age);
      const unsure = ledger.unsure[person].has(guid) || mayBeMissed(stage, person, guid);
      if (!travelled.some(over) && !expired && !everywhere && !unsure) {
        problems.push(`SIM-3 "${text}" is not on ${actor.name}`);
      }
    } else if (travelled.some(isDeletedNow) && !ledger.unsure[person].has(guid)) {
      problems.push(`SIM-4 "${text}" was deleted for good, and is still on ${actor.name}`);
    } else if (!row.visible && travelled.length === 0) {
      problems.push(`SIM-5 "${text}" is hidden on ${actor.name}, and nobody deleted it everywhere`);
    } else if (
      row.visible &&
      travelled.some(
        (one) => ledger.surely(one, guid) && !ledger.wasRecovered(person, place.conversation, guid, one.atMs),
      )
    ) {
      problems.push(`SIM-4 "${text}" was deleted, and is shown on ${actor.name}`);
    }
  }
  return problems;
}
