/** What a device that is put back to an old copy takes with it: nobody brings it back, unless another device has it. */
import Database from 'better-sqlite3';
import { getMailCursor } from '../../store/mail.ts';
import type { Store } from '../../store/open.ts';
import { messagesOf } from './ledger.ts';
import type { Actor, Stage } from './stage.ts';

/** Puts a device that does not run back to its copy, and notes what is nowhere else by its doing. */
export function putBack(stage: Stage, actor: Actor, image: Uint8Array): void {
  const { device } = actor;
  device.look((store) => noteAcknowledged(actor, store));
  const had = actor.acknowledged;
  device.putBack(image);
  actor.acknowledged = [];
  forgetWhatIsNotHere(
    stage,
    actor,
    had.map(({ guid }) => guid),
  );
}

/** A cloud was put back: what this device had once, and was to come to it again, is in no mailbox any more. */
export function mailIsGone(stage: Stage, actor: Actor): void {
  const had = [...stage.ledger.had].flatMap(([guid, by]) => (by.has(actor.name) ? [guid] : []));
  forgetWhatIsNotHere(stage, actor, had);
}

/** Of what this device had, what it has not any more comes to it by no mail. */
function forgetWhatIsNotHere(stage: Stage, actor: Actor, had: readonly string[]): void {
  const kept = new Set(actor.device.look(all));
  const lost = had.filter((guid) => !kept.has(guid));
  if (lost.length === 0) return;
  const inZone = messagesInZone(stage, actor);
  for (const guid of lost) stage.ledger.forgets(guid, actor.name, inZone.has(guid) ? actor.person : null);
}

const all = (store: Store): string[] =>
  store.all<{ guid: string }>('SELECT lower(hex(guid)) AS guid FROM message').map(({ guid }) => guid);

/** Of what is here the mailbox need keep nothing for this device, wherever nothing is unacknowledged. Of what comes later that is not known until then (or until a cloud is put back). */
export function noteAcknowledged(actor: Actor, store: Store): void {
  const { stored, acknowledged } = getMailCursor(store);
  if (stored <= acknowledged && !store.bulkOpen) actor.acknowledged = messagesOf({ store });
}

/** Of this person, as the cloud itself has them at this moment, in the generation that counts. */
function messagesInZone({ cloud, ledger, people }: Stage, { person }: Actor): ReadonlySet<string> {
  const { database } = cloud.backUp();
  const db = new Database(Buffer.from(database.buffer, database.byteOffset, database.length));
  try {
    const ids = db
      .prepare<[Uint8Array], string>(
        `SELECT lower(hex(r.id)) FROM record r JOIN zone z ON z.no = r.zone JOIN account a ON a.no = z.account
         WHERE a.id = ? AND z.kind = 2 AND r.ct IS NOT NULL`,
      )
      .pluck()
      .all(people[person].accountId);
    return new Set(ids.map((id) => ledger.messageOf.get(id) ?? ''));
  } finally {
    db.close();
  }
}
