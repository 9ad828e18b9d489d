/**
 * What people did in a simulation, kept beside it: the checks compare every device with this. It knows what was written, what was deleted
 * where, how far that was to reach, and what was recovered; it knows nothing of how devices work.
 */
import type { Store } from '../../store/open.ts';

export type PersonName = 'anna' | 'bob';
/** The order in which all messages stand. */
export type MessagePlace = { ms: number; guid: string };

/** `removed`: the devices that had been removed by then. */
export type Sent = { guid: string; text: string; by: string; tick: number; removed: string[] };

export type Deletion = {
  person: PersonName;
  /** The device. */
  by: string;
  tick: number;
  atMs: number;
  /** By what its device stamped it: it may be ahead, of a clock that was ahead once. */
  stampedMs: number;
  /** By what its device dated it: without a connection, a clock that is far behind makes it old, and nobody can say so (docs/KNOWN-GAPS.md). */
  datedMs: number;
  /** `shown`: what the person saw of the conversation. */
  what: { guid: string } | { conversation: string; upTo: MessagePlace; shown: ReadonlySet<string> };
  forGood: boolean;
  /** To all devices that take part. A delete made while the switch is off is its device's own. */
  travels: boolean;
  /** Made by a device with its switch off, whatever was decided since. */
  here: boolean;
  /** Of this device alone, and what becomes of it is not decided. */
  open: boolean;
  /** When that was decided; -1 where it never was. */
  answered: number;
  /** False: the device was put back, or left the account, perhaps before anybody heard of it. */
  sure: boolean;
};

const DAY = 24 * 3_600_000;
/** Of clocks that are off, and nobody knows it yet. */
const SLACK = 10 * 60_000;
/** Which of two things that were done by two such clocks was the later one, nobody can say within this time. */
const APART_MS = 15 * 60_000;

export type New = Omit<Deletion, 'tick' | 'sure' | 'open' | 'here' | 'answered'>;

export class Ledger {
  /** Rises with every act. */
  tick = 0;
  readonly sent = new Map<string, Sent>();
  readonly deletions: Deletion[] = [];
  /** Where each message stands that was ever seen on a device, by person: who got it by a later try has it at a later time than the others (OUT-37). */
  readonly #places: Record<PersonName, Map<string, MessagePlace & { conversation: string }>> = {
    anna: new Map(),
    bob: new Map(),
  };
  /** When each was accepted, as it was first seen. What is accepted again stands later, and its days may have been over before that. */
  readonly firstMs = new Map<string, number>();
  /** When each was last seen on its way, without an answer. Where nobody ever saw it afterwards, it was as old as that at least when it came. */
  readonly askedMs = new Map<string, number>();
  /** Of records, on whichever device: which message that is. */
  readonly messageOf = new Map<string, string>();
  /** Keep Messages, whenever somebody chose it: the account's, or (`by`) that of a device with its switch off. */
  readonly keeps: { person: PersonName; by: string | null; days: number }[] = [];
  /** Which devices have ever had a message. */
  readonly had = new Map<string, Set<string>>();
  /** Messages, and whole conversations, that somebody took out of Recently Deleted, and when that was last: by person. */
  readonly #recovered: Record<PersonName, Map<string, number>> = { anna: new Map(), bob: new Map() };
  /** Nobody can promise these: written on a device that was put back to before that, or left; lost with a cloud's backup. */
  readonly unsure: Record<PersonName, Set<string>> = { anna: new Set(), bob: new Set() };
  /**
   * A cloud was put back while their senders had not heard that they were accepted, or a device to a copy from before it sent them: the cloud may
   * accept them again, at another time (docs/KNOWN-GAPS.md).
   */
  readonly askedAgain = new Set<string>();
  /** The cloud's copy of this person's messages was to be purged, and perhaps has been. */
  readonly purged: Record<PersonName, boolean> = { anna: false, bob: false };

  /** Messages that did not reach somebody at once; those of them that were let go of, or unsent, before they did. */
  readonly missed = new Set<string>();
  readonly notDelivered = new Set<string>();

  /** By message: devices that were put back to before they had it, and have not had it since; and whose zone had it then (null: none had). */
  readonly #forgot = new Map<string, Map<string, PersonName | null>>();
  /** Devices that were put back, and to which tick at the earliest. */
  readonly doubted = new Map<string, number>();
  /** Devices that are being removed, or have been. */
  readonly leaving = new Set<string>();

  /** Also of a message that was not accepted yet: how far that reaches is settled now (SYN-120). */
  deletes(entry: New): void {
    this.#note(entry, !this.leaving.has(entry.by));
  }

  /** The device died before it said whether it was done. */
  perhapsDeletes(entries: readonly New[]): void {
    for (const entry of entries) this.#note(entry, false);
  }

  #note(entry: New, sure: boolean): void {
    const here = !entry.travels;
    // What somebody deletes was there, also where nobody has looked since it came.
    for (const guid of 'guid' in entry.what ? [entry.what.guid] : entry.what.shown) this.#had(guid, entry.by);
    this.deletions.push({ ...entry, tick: this.tick, sure, open: here, here, answered: -1 });
  }

  /** Perhaps this device's own deletes reach everybody now; it died before it said so. */
  perhapsEverywhere(by: string): void {
    for (const one of this.deletions) {
      if (one.by !== by || !one.open) continue;
      Object.assign(one, { open: false, travels: true, sure: false });
    }
  }

  writes(sent: Sent): void {
    this.sent.set(sent.guid, sent);
    if (this.leaving.has(sent.by)) this.doubt(sent.by, sent.tick);
  }

  /** What was done on this device since `tick` may never have left it. */
  doubt(by: string, tick: number): void {
    this.doubted.set(by, Math.min(tick, this.doubted.get(by) ?? tick));
    for (const one of this.sent.values()) {
      if (one.by === by && one.tick >= tick) {
        this.unsure.anna.add(one.guid);
        this.unsure.bob.add(one.guid);
      }
    }
    for (const one of this.deletions) {
      if (one.by !== by) continue;
      // The device asks once more what was answered since; whether anybody heard that it is everybody's is not known.
      const askedAgain = one.answered >= tick;
      if (one.tick >= tick || (askedAgain && one.travels)) one.sure = false;
      if (askedAgain && !one.travels) one.open = true;
    }
  }

  /** What was deleted on this device while its switch was off is deleted everywhere now, or comes back here. */
  answer(by: string, everywhere: boolean): void {
    for (const one of this.deletions) {
      if (one.by !== by || !one.open) continue;
      Object.assign(one, { open: false, travels: everywhere, answered: this.tick });
    }
  }

  /** Where it is seen to stand. */
  stands(person: PersonName, row: Row): void {
    this.#places[person].set(row.guid, row);
    this.firstMs.set(row.guid, Math.min(row.ms, this.firstMs.get(row.guid) ?? row.ms));
  }

  /** With this person; before any of their devices has had it, with the other. */
  placeOf(person: PersonName, guid: string): (MessagePlace & { conversation: string }) | undefined {
    const { anna, bob } = this.#places;
    return this.#places[person].get(guid) ?? anna.get(guid) ?? bob.get(guid);
  }

  saw(person: PersonName, by: string, row: Row): void {
    this.stands(person, row);
    this.messageOf.set(row.id, row.guid);
    this.#had(row.guid, by);
  }

  #had(guid: string, by: string): void {
    this.#forgot.get(guid)?.delete(by);
    const had = this.had.get(guid);
    if (had === undefined) this.had.set(guid, new Set([by]));
    else had.add(by);
  }

  /** This device had it, no mailbox for it any more, and it was put back to before that (put-back.ts). `inZone`: whose zone still had it then. */
  forgets(guid: string, by: string, inZone: PersonName | null): void {
    const forgot = this.#forgot.get(guid) ?? new Map<string, PersonName | null>();
    this.#forgot.set(guid, forgot.set(by, inZone));
  }

  /** And no zone gives it back: none had it, or that one was purged. */
  hasForgotten(guid: string, by: string): boolean {
    const inZone = this.#forgot.get(guid)?.get(by);
    return inZone !== undefined && (inZone === null || this.purged[inZone]);
  }

  /** What is gone from this device went from it alone, with its switch off: by Delete Now, the thirty days, or its own Keep Messages. */
  wentAlone(
    person: PersonName,
    by: string,
    place: MessagePlace & { conversation: string },
    nowMs: number,
  ): boolean {
    return (
      this.isExpired(person, by, this.ageMs(place.guid, nowMs)) ||
      this.of(person, place.conversation, place).some(
        (one) => one.by === by && one.here && isOver(one, nowMs),
      )
    );
  }

  /** Deletions of this person that concern a message at this place. */
  of(person: PersonName, conversation: string, place: MessagePlace): Deletion[] {
    return this.deletions.filter(
      (one) =>
        one.person === person &&
        ('guid' in one.what
          ? one.what.guid === place.guid
          : one.what.conversation === conversation &&
            // What was seen and deleted is deleted, wherever it stands since (DEL-31).
            (!later(place, one.what.upTo) || one.what.shown.has(place.guid))),
    );
  }

  /**
   * Whether that must have deleted this message. What had not come to its device yet goes with a conversation only where the device knew that it was
   * there; it may as well start the conversation anew (SYN-74).
   */
  surely({ sure, what }: Deletion, guid: string): boolean {
    return sure && ('guid' in what || what.shown.has(guid));
  }

  /** Of a message, since it was first accepted. */
  ageMs(guid: string, nowMs: number): number {
    return nowMs - (this.firstMs.get(guid) ?? this.askedMs.get(guid) ?? nowMs);
  }

  /** Older than Keep Messages ever was: of the account, or of this device alone. */
  isExpired(person: PersonName, by: string | null, ageMs: number): boolean {
    return this.keeps.some(
      (one) => one.person === person && one.by === by && one.days > 0 && ageMs >= one.days * DAY - SLACK,
    );
  }

  /**
   * Of a message or a conversation. `stampedMs`: by what its device stamps it; where that is ahead, of a clock that was ahead once, it wins over
   * deletes until then that were made by devices that had not heard of it (docs/KNOWN-GAPS.md); a later one that is not ahead changes nothing of that.
   */
  recoversAt(person: PersonName, what: string, nowMs: number, stampedMs: number): void {
    const before = this.#recovered[person].get(what) ?? 0;
    this.#recovered[person].set(what, Math.max(before, nowMs, stampedMs));
  }

  /** Ever, or (`sinceMs`) so late that it may have won over a delete of that time. */
  wasRecovered(person: PersonName, conversation: string, guid: string, sinceMs = 0): boolean {
    const recovered = this.#recovered[person];
    return [guid, conversation].some((one) => (recovered.get(one) ?? -1) >= sinceMs - APART_MS);
  }
}

/** For good, or in Recently Deleted for its thirty days. */
export const isOver = ({ forGood, datedMs }: Deletion, nowMs: number): boolean =>
  forGood || nowMs - datedMs >= 30 * DAY - SLACK;

export function later(a: MessagePlace, b: MessagePlace): boolean {
  return a.ms > b.ms || (a.ms === b.ms && a.guid > b.guid);
}

export type Row = {
  guid: string;
  id: string;
  conversation: string;
  ms: number;
  mine: boolean;
  text: string;
  /** In the transcript. */
  visible: boolean;
  /** In Recently Deleted, by itself or with its conversation. */
  deleted: 'itself' | 'withConversation' | null;
};

type Raw = {
  guid: string;
  id: string;
  conversation: string;
  ms: number;
  mine: number;
  text: string;
  shown: number;
  cleared: number;
  deleted: number;
};

/** Every message of a device, as its window would show it. The same array as long as nothing of it is written. */
export function messagesOf({ store }: { store: Store }): readonly Row[] {
  return store.kept('simulation', ['message', 'conversation'], () => readMessages(store));
}

function readMessages(store: Store): Row[] {
  return store
    .all<Raw>(
      `SELECT lower(hex(m.guid)) AS guid, lower(hex(m.id)) AS id, lower(hex(c.guid)) AS conversation, m.accepted_ms AS ms, m.mine,
         m.text, m.shown, (m.accepted_ms, m.guid) <= (c.clear_ms, c.clear_guid) AS cleared, m.deleted_ms IS NOT NULL AS deleted
       FROM message m JOIN conversation c ON c.cid = m.cid ORDER BY m.accepted_ms, m.guid`,
    )
    .map(({ shown, cleared, deleted, mine, ...row }) => ({
      ...row,
      mine: mine === 1,
      visible: shown === 1 && cleared === 0,
      deleted: deleted === 1 ? 'itself' : cleared === 1 ? 'withConversation' : null,
    }));
}
