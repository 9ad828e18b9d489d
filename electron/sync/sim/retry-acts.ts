/**
 * Messages that do not reach somebody, in stories with short pages (short.ts): a cloud whose mailboxes take a few entries only, Try Again, and
 * letting go of what is left to deliver. What was not reached must be when everything has healed and somebody has tried again (SPEC SIM-51).
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { attachmentsOf } from '../../store/attachments.ts';
import type { Act } from './acts.ts';
import type { PersonName } from './ledger.ts';
import type { Actor, Stage } from './stage.ts';

export const MAILBOXES_FULL = 'mailboxes full';

type Left = { id: string; guid: string };

/** What a device has left to deliver, and does not try again by itself. */
const leftAt = ({ device }: Actor): readonly Left[] =>
  device.store.kept('simulation left', ['outbox'], () =>
    device.store
      .all<{ send_id: Uint8Array; guid: Uint8Array }>(
        "SELECT send_id, guid FROM outbox WHERE kind = 'redelivery' AND state = 'failed'",
      )
      .map(({ send_id, guid }) => ({ id: toHex(send_id), guid: toHex(guid) })),
  );

/** Between two moments of the world: whom its messages have not reached is known by then, and what is on its way. */
export function noteMissed({ ledger, world }: Stage, actor: Actor): void {
  for (const { guid } of leftAt(actor)) ledger.missed.add(guid);
  for (const guid of askedBy(actor)) ledger.askedMs.set(guid, world.now);
}

/** What a device is sending, and may have been accepted. */
const askedBy = ({ device }: Actor): readonly string[] =>
  device.store.kept('simulation asked', ['outbox'], () =>
    device.store
      .all<{ guid: string }>(
        "SELECT lower(hex(guid)) AS guid FROM outbox WHERE kind = 'message' AND state = 'sending'",
      )
      .map(({ guid }) => guid),
  );

const tryAgain: Act['act'] = (stage, actor, dice) => {
  const left = leftAt(actor);
  if (left.length === 0) return false;
  const { id } = dice.pick(left);
  stage.does(actor, 'tries again', () => actor.device.execute('retry', { id }));
  return true;
};

const letGo: Act['act'] = (stage, actor, dice) => {
  const left = leftAt(actor);
  if (left.length === 0) return false;
  const { id, guid } = dice.pick(left);
  const gone = () => void stage.ledger.notDelivered.add(guid);
  stage.does(
    actor,
    'delivers something no more',
    () => actor.device.execute('discard', { id }).then(gone),
    gone,
  );
  return true;
};

/** Everything that is left, on each device. */
export async function tryAllAgain(stage: Stage, wait: () => Promise<unknown>): Promise<void> {
  for (const actor of stage.actors) {
    if (!actor.device.alive) continue;
    for (const { id } of leftAt(actor))
      stage.does(actor, 'tries again', () => actor.device.execute('retry', { id }));
    await wait();
  }
}

/** Own messages of which this device says that they have not reached somebody. */
const missedAt = ({ device }: Actor) =>
  device.store.all<{ id: string; rid: number; text: string }>(
    `SELECT lower(hex(id)) AS id, rid, text FROM message
     WHERE mine = 1 AND missed IS NOT NULL AND unsent_ms IS NULL`,
  );

/** What nobody has tried again by then, on one device of each person, whichever sent it (OUT-37). False: there is nothing. */
export async function deliverRest(stage: Stage, wait: () => Promise<unknown>): Promise<boolean> {
  let tried = false;
  for (const person of ['anna', 'bob'] as const) {
    const [actor] = stage.of(person);
    if (actor === undefined || actor.device.core.status().switch !== 'on') continue;
    for (const { id, text } of missedAt(actor)) {
      tried = true;
      stage.does(actor, `tries "${text}" again`, () => actor.device.execute('retry', { id }));
    }
    await wait();
  }
  return tried;
}

/** A file that nobody has any more (whether that may be is SIM-43's) is not sent again either. */
const isWhole = ({ device }: Actor, rid: number): boolean =>
  attachmentsOf(device.store, rid).every(({ here }) => here);

/** SIM-51: whoever asked again has reached everybody, and each device of theirs says so. */
export function saidMissed({ actors }: Stage): string[] {
  return actors
    .filter(({ removed, device }) => removed === null && device.core.status().switch === 'on')
    .flatMap((actor) =>
      missedAt(actor)
        .filter(({ rid }) => isWhole(actor, rid))
        .map(({ text }) => `SIM-51 ${actor.name} says that "${text}" has not reached somebody`),
    );
}

/**
 * Why this message of somebody else's may never have come: it did not reach this person at once, and before it did it was let go of, unsent or
 * deleted by its sender's people, or its days were over there, or its device died, was put back or left with what it had left to deliver.
 * A device that died with the answer unheard, and slept, may never have known whom it did not reach.
 */
export function mayBeMissed(
  { ledger, actors, counts, world }: Stage,
  person: PersonName,
  guid: string,
): boolean {
  const had = actors.some((actor) => actor.person === person && ledger.had.get(guid)?.has(actor.name));
  const unheard = counts.has(MAILBOXES_FULL) && !had;
  if (!ledger.missed.has(guid) && !unheard) return false;
  const sent = ledger.sent.get(guid);
  const sender = actors.find(({ name }) => name === sent?.by);
  if (sent === undefined || sender === undefined || sender.removed !== null) return true;
  if (sender.person === person) return false;
  return (
    ledger.notDelivered.has(guid) ||
    sender.device.putBacks > 0 ||
    ledger.isExpired(sender.person, null, ledger.ageMs(guid, world.now)) ||
    ledger.deletions.some(
      (one) =>
        one.person === sender.person &&
        ('guid' in one.what ? one.what.guid === guid : one.what.shown.has(guid)),
    )
  );
}

export const RETRY_ACTS: Act[] = [
  { name: 'try again', weight: 12, act: tryAgain },
  { name: 'deliver no more', weight: 3, act: letGo },
];
