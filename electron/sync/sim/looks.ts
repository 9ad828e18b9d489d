/**
 * What must hold from one look at a device to the next, besides what the ledger knows (SPEC SIM-33 to SIM-39): that nothing alarming is said
 * without a reason, that a switch goes on by somebody's word alone, that nobody's word reaches where it must not, and that a Recover is one.
 *
 * What a look saw is kept here, beside the actors: acts say what may follow from them (`may`), the checks ask.
 */
import { msFromStamp } from '../../../shared/clock/hlc.ts';
import type { Store } from '../../store/open.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { savedHlc } from '../run/saved-hlc.ts';
import type { Deletion, PersonName, Row } from './ledger.ts';
import { MAILBOXES_FULL } from './retry-acts.ts';
import type { Actor, Stage } from './stage.ts';

type Look = {
  switch: string;
  /** Off because of a purge: somebody's Undo turns it on again. */
  purging: boolean;
  /** Nothing of the zone has been let go of yet: off, or in the middle of a first sync. */
  apart: boolean;
  /** It took part until just now, and what it had asked then is still under way: what comes of that is of before (SIM-36). */
  leaving: boolean;
  walking: boolean;
  /** How far in the zone this device is: whoever takes no part stays where it was. */
  head: number;
  /** Rows of then may be of a transaction that was open still, on this connection: with the device that goes too, and comes again. */
  open: Store | null;
  /** As they were read, and by their guid. */
  list: readonly Row[];
  rows: Map<string, Row>;
};

class Watched {
  last: Look | null = null;
  /** A person has asked for it. */
  turnOn = false;
  compare = false;
  /** A person has pressed Undo, on any device; and whether this one has gone on by that. */
  undo = false;
  undone = false;
  /** Already said. */
  alarmed = new Set<string>();
}

const watched = new WeakMap<Actor, Watched>();

function of(actor: Actor): Watched {
  const known = watched.get(actor);
  if (known !== undefined) return known;
  const fresh = new Watched();
  watched.set(actor, fresh);
  return fresh;
}

const deceived = new WeakSet<Stage>();

/** Its cloud is hostile: what went to a copy of it may be gone with that. */
export const isDeceived = (stage: Stage): boolean => deceived.has(stage);

/** The cloud of this story does not do what it should. */
export function expectAlarms(stage: Stage): void {
  deceived.add(stage);
}

/**
 * What an act may bring about on this device, at whatever time. `undo`: of a purge, here or on another device. Whoever has not even heard of the
 * purge yet goes off first, and on afterwards.
 */
export function may(actor: Actor, what: 'turnOn' | 'undo' | 'compare'): void {
  const one = of(actor);
  one[what] = true;
  if (what === 'undo') one.undone = false;
}

/** It was put back to what it was before: nothing follows from the look before that, and an Undo may reach it once more. */
export function forgetLook(actor: Actor): void {
  const one = of(actor);
  one.last = null;
  one.undone = false;
}

/** What a device says where it is deceived, or where something of its own is broken. */
const ALARMS: ReadonlySet<string> = new Set([
  'zoneRolledBack',
  'zoneForked',
  'keyringRolledBack',
  'keyringForged',
  'recordRefused',
  'envelopeRefused',
  'coreConflict',
  'identityChanged',
]);

/** Of a device that runs, with the rows that it has now. */
export function checkLook(stage: Stage, actor: Actor, rows: readonly Row[]): string[] {
  const one = of(actor);
  const { device } = actor;
  const { switch: value, switchReason } = device.core.status();
  const { phase, head } = getZoneState(device.store, 'messages');
  const walking = phase === 'walking' && value !== 'on';
  const { last } = one;
  const apart = value === 'off' || walking;
  const now: Look = {
    switch: value,
    purging: switchReason === 'purging',
    apart,
    leaving: apart && last !== null && (!last.apart || last.leaving) && device.core.busy(),
    walking,
    head,
    open: device.store.bulkOpen ? device.store : null,
    list: rows,
    rows: last?.list === rows ? last.rows : new Map(rows.map((row) => [row.guid, row])),
  };
  one.last = now;
  noteTold(stage, actor);
  return [
    ...(deceived.has(stage) ? [] : falseAlarms(stage, actor, one, rows)),
    ...(last === null ? [] : since(stage, actor, one, last, now)),
  ];
}

/** SIM-33: the cloud is honest, so nobody is deceived, and nothing is missing. */
function falseAlarms(
  stage: Stage,
  { name, device, line }: Actor,
  one: Watched,
  rows: readonly Row[],
): string[] {
  const problems: string[] = [];
  const notices = device.store.kept('simulation notices', ['notice'], () =>
    device.store.all<{ code: string; detail: string }>('SELECT code, detail FROM notice'),
  );
  for (const { code, detail } of notices) {
    if (!ALARMS.has(code) || one.alarmed.has(code)) continue;
    if (code === 'coreConflict' && acceptedAgain(stage, rows, detail)) continue;
    one.alarmed.add(code);
    problems.push(`SIM-33 ${name} says ${code}, and nobody has done anything: ${detail}`);
  }
  if ((line.compared ?? 0) > 0 && !one.compare) {
    one.compare = true;
    problems.push(`SIM-33 ${name} looks for what is missing, and nothing should be`);
  }
  return problems;
}

/** Of one message the cloud has really said two times: it had forgotten the first. */
function acceptedAgain({ ledger, counts }: Stage, rows: readonly Row[], detail: string): boolean {
  // Of one that did not fit into the own mailbox either nobody can tell a month later whether it was accepted (docs/KNOWN-GAPS.md).
  if (counts.has(MAILBOXES_FULL)) return true;
  const { id } = JSON.parse(detail) as { id: string };
  // It may be gone by now, or be new.
  const guid = ledger.messageOf.get(id) ?? rows.find((row) => row.id === id)?.guid;
  return guid !== undefined && ledger.askedAgain.has(guid);
}

function since(stage: Stage, actor: Actor, one: Watched, last: Look, now: Look): string[] {
  const problems: string[] = [];
  const { name, person, device } = actor;
  const isOn = now.switch === 'on' || now.switch === 'enabling';
  const byUndo = last.purging && one.undo && !one.undone;
  if (last.switch === 'off' && isOn && !one.turnOn && !byUndo) {
    problems.push(`SIM-35 ${name}'s switch goes on, and nobody has turned it`);
  }
  if (isOn) {
    one.undone ||= last.purging;
    one.turnOn = false;
  }
  // SIM-36: what others have deleted for good reaches nobody who does not take part, or does not know yet all that there is.
  // Off, on and to the end of what there is, and off again, between two looks (it died meanwhile): that was taking part. A new generation begins at 0.
  // So does one that is turned off in the middle of its first sync: it takes what there is first, to the end (SYN-8). It may be turned off, and be off,
  // before anybody looks again: a purge is heard as the first sync ends.
  const ended = last.walking && last.switch !== 'off';
  const tookPart = !now.walking && now.head !== 0 && (now.head !== last.head || ended);
  const rolledBack = last.open !== null && last.open !== device.store;
  if (last.apart && !last.leaving && now.apart && !tookPart && !rolledBack) {
    for (const [guid, row] of last.rows) {
      if (now.rows.has(guid)) continue;
      const own = stage.ledger.of(person, row.conversation, row).some(({ by }) => by === name);
      if (!own && !stage.ledger.isExpired(person, name, stage.world.now - row.ms)) {
        problems.push(`SIM-36 "${row.text}" goes from ${name}, which takes no part`);
      }
    }
  }
  return problems;
}

/** SIM-37: what the list says of a conversation, counted anew. */
export function listsAreTrue({ name, device }: Actor): string[] {
  const rows = device.store.all<{
    cid: number;
    unread: number;
    counted: number;
    last: number | null;
    newest: number | null;
  }>(
    `SELECT c.cid, c.unread, c.last_rid AS last,
       (SELECT count(*) FROM message m WHERE m.cid = c.cid AND m.shown = 1 AND m.mine = 0
          AND (m.accepted_ms, m.guid) > (c.read_ms, c.read_guid) AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid)) AS counted,
       (SELECT m.rid FROM message m WHERE m.cid = c.cid AND m.shown = 1 AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid)
          ORDER BY m.accepted_ms DESC, m.guid DESC LIMIT 1) AS newest
     FROM conversation c`,
  );
  return rows.flatMap(({ unread, counted, last, newest }) => [
    ...(unread === counted ? [] : [`SIM-37 ${name}'s list says ${unread} unread, and there are ${counted}`]),
    ...(last === newest ? [] : [`SIM-37 ${name}'s list shows another message as the newest than the newest`]),
  ]);
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Clocks that nobody knows to be off differ by less than this. */
const APART_MS = 10 * MINUTE;

export type Recovery = {
  person: PersonName;
  by: string;
  tick: number;
  atMs: number;
  /** By what its device stamped it, at the earliest. */
  stampedMs: number;
  guid: string;
  conversation: string;
  /** As it lay in Recently Deleted. */
  how: 'itself' | 'withConversation';
  /** It was an Undo, of the delete that was made between these moments: of nothing else. */
  undoes?: { fromMs: number; toMs: number };
  /** When its device was seen to have told the cloud of it; null: not yet. */
  toldMs: number | null;
  /** The generation of the zone then. */
  toldIn: number | null;
};

/** What this device stamps now is of that time or later. */
export function stampsFrom({ world }: Stage, { clock, device }: Actor): number {
  const nowMs = world.now + clock.offMs;
  return Math.max(msFromStamp(savedHlc(device.store, { now: () => nowMs }).last), nowMs);
}

const recoveries = new WeakMap<Stage, Recovery[]>();

/** A Recover that was answered, on a device that takes part. */
export function recovers(stage: Stage, recovery: Omit<Recovery, 'toldMs' | 'toldIn'>): void {
  const known = recoveries.get(stage) ?? [];
  recoveries.set(stage, [...known, { ...recovery, toldMs: null, toldIn: null }]);
}

function noteTold(stage: Stage, { name, device }: Actor): void {
  const waiting = (recoveries.get(stage) ?? []).filter(({ by, toldMs }) => by === name && toldMs === null);
  if (waiting.length === 0 || device.core.status().switch !== 'on') return;
  if (device.store.get('SELECT 1 AS one FROM dirty WHERE zone = 2') !== undefined) return;
  const toldIn = getZoneState(device.store, 'messages').generation;
  for (const one of waiting) Object.assign(one, { toldMs: stage.world.now, toldIn });
}

/** Each device that ever had it has let go of it on its own, or was put back to before it had it: nobody is left to bring it back. */
export function nobodyHas(
  { ledger }: Stage,
  had: readonly Actor[],
  guid: string,
  letGo: (one: Actor) => boolean,
): boolean {
  return had.some(letGo) && had.every((one) => letGo(one) || ledger.hasForgotten(guid, one.name));
}

/** Those of this person's devices that ever had it. */
export const whoHad = (stage: Stage, person: PersonName, guid: string): Actor[] =>
  stage.of(person).filter(({ name }) => stage.ledger.had.get(guid)?.has(name));

/**
 * The cloud's copy was purged since it was told of the Recover, and each device let the message go by a Keep Messages of its own, with its switch off
 * (KEEP-9): it would come back from the cloud as the cloud has it (KEEP-10), and the cloud has nothing. No Recover holds on to what is that old.
 */
function wentWithPurge(stage: Stage, { person, guid, toldIn }: Recovery, { device }: Actor): boolean {
  const { ledger, world } = stage;
  const expired = ({ name }: Actor) => ledger.isExpired(person, name, ledger.ageMs(guid, world.now));
  const purged = toldIn !== null && getZoneState(device.store, 'messages').generation > toldIn;
  return purged && nobodyHas(stage, whoHad(stage, person, guid), guid, expired);
}

/**
 * SIM-34: what was recovered after all deletes of it is shown. Only where that is certain: every delete of it, made by a device that took part,
 * came some minutes before, of the kind that this Recover takes back, and its thirty days were not nearly over when the cloud had heard of the Recover.
 * So is what an Undo brought back, where nobody deleted it but the delete that was undone.
 */
export function recoveredShown(stage: Stage, actor: Actor, here: ReadonlyMap<string, Row>): string[] {
  const { ledger } = stage;
  const { person, name } = actor;
  const problems: string[] = [];
  // Who is shown another history has not heard of it, and lets go when the thirty days are over there (docs/KNOWN-GAPS.md).
  const heard = (toldMs: number | null): number =>
    deceived.has(stage) ? stage.world.now : (toldMs ?? stage.world.now);
  for (const one of recoveries.get(stage) ?? []) {
    if (one.person !== person || here.get(one.guid)?.visible === true) continue;
    if (ledger.leaving.has(one.by) || (ledger.doubted.get(one.by) ?? Number.POSITIVE_INFINITY) <= one.tick)
      continue;
    const place = ledger.placeOf(person, one.guid);
    if (place === undefined || ledger.isExpired(person, null, ledger.ageMs(one.guid, stage.world.now)))
      continue;
    if (!here.has(one.guid) && wentWithPurge(stage, one, actor)) continue;
    const inTime = (deletion: Deletion) => deletion.atMs > heard(one.toldMs) - 29 * DAY;
    const undone = (deletion: Deletion) =>
      one.undoes !== undefined &&
      deletion.by === one.by &&
      deletion.atMs >= one.undoes.fromMs &&
      deletion.atMs <= one.undoes.toMs &&
      !deletion.here &&
      inTime(deletion);
    const takenBack = (deletion: Deletion) =>
      !deletion.forGood &&
      !deletion.here &&
      deletion.atMs < one.atMs - APART_MS &&
      // Of a clock that was ahead once: it wins over what was stamped before it, by whoever had not heard of it.
      (deletion.stampedMs <= deletion.atMs + APART_MS || deletion.stampedMs < one.stampedMs) &&
      inTime(deletion) &&
      ('guid' in deletion.what ? 'itself' : 'withConversation') === one.how;
    if (
      ledger.of(person, one.conversation, place).every(one.undoes === undefined ? takenBack : undone) &&
      !ledger.unsure[person].has(one.guid)
    ) {
      problems.push(`SIM-34 "${one.guid}" was recovered on ${one.by}, and is not shown on ${name}`);
    }
  }
  return problems;
}

/** SIM-38: whose switch is off gets what is sent all the same. Before the switches are turned on at the end. */
export function mailIsHere(stage: Stage, actor: Actor): string[] {
  const { ledger } = stage;
  const { person, name, device, anchor } = actor;
  if (!anchor || !device.alive || deceived.has(stage) || stage.counts.has(MAILBOXES_FULL)) return [];
  const status = device.core.status();
  if (status.switch !== 'off' || status.phase !== 'idle') return [];
  const here = new Set(
    device.store
      .all<{ guid: string }>('SELECT lower(hex(guid)) AS guid FROM message')
      .map(({ guid }) => guid),
  );
  return [...ledger.sent.values()].flatMap(({ guid, text }) => {
    const place = ledger.placeOf(person, guid);
    if (here.has(guid) || place === undefined || ledger.unsure[person].has(guid)) return [];
    const age = ledger.ageMs(guid, stage.world.now);
    const deleted = ledger.of(person, place.conversation, place).length > 0;
    const expired = ledger.isExpired(person, name, age) || ledger.isExpired(person, null, age);
    return deleted || expired ? [] : [`SIM-38 "${text}" never came to ${name}, whose switch is off`];
  });
}
