/**
 * Undo in a simulation: somebody presses it while it still shows, whatever has happened to the delete meanwhile. In stories with short pages
 * (short.ts): the others tell what they told before there was this act.
 */
import type { Act } from './acts.ts';
import type { Row, Sent } from './ledger.ts';
import { recovers, stampsFrom } from './looks.ts';
import { isSpared } from './spared.ts';
import type { Actor, Stage } from './stage.ts';

/** A delete that was answered. */
export type Undoable = {
  by: Actor;
  /** Its device has been started again since: nothing is known there of what it took. */
  lives: number;
  undo: string;
  /** When it was asked for, and when it was answered. */
  fromMs: number;
  toMs: number;
  rows: readonly Pick<Row, 'guid' | 'conversation'>[];
  how: 'itself' | 'withConversation';
  travels: boolean;
  /** Of a conversation: what was in the outbox, and was sent to nobody. */
  unsent: readonly Sent[];
};

export function mayUndo(stage: Stage, by: Actor, what: Omit<Undoable, 'by' | 'lives' | 'toMs'>): void {
  stage.undoable.push({ ...what, by, lives: by.device.lives, toMs: stage.world.now });
}

const undo: Act['act'] = (stage, actor) => {
  const at = stage.undoable.findLastIndex(({ by, lives }) => by === actor && lives === actor.device.lives);
  const [one] = at === -1 ? [] : stage.undoable.splice(at, 1);
  if (one === undefined) return false;
  const { ledger } = stage;
  const { person, name: by } = actor;
  const { tick } = ledger;
  const stampedMs = stampsFrom(stage, actor);
  const back = () => {
    for (const { guid, conversation } of one.rows) {
      ledger.recoversAt(person, guid, stage.world.now, stampedMs);
      if (one.how === 'withConversation') ledger.recoversAt(person, conversation, stage.world.now, stampedMs);
    }
    for (const sent of one.unsent) ledger.writes(sent);
  };
  stage.does(
    actor,
    `undoes its delete of ${(stage.world.now - one.toMs) / 1000} s ago`,
    async () => {
      await actor.device.execute('undoDelete', { undo: one.undo });
      back();
      const atMs = stage.world.now;
      for (const { guid, conversation } of one.travels ? one.rows : [])
        if (!isSpared(stage, actor, guid))
          recovers(stage, {
            person,
            by,
            tick,
            atMs,
            stampedMs,
            guid,
            conversation,
            how: one.how,
            undoes: one,
          });
    },
    () => {
      back();
      for (const { guid } of one.unsent) for (const unsure of Object.values(ledger.unsure)) unsure.add(guid);
    },
  );
  return true;
};

export const UNDO_ACTS: Act[] = [{ name: 'undo a delete', weight: 6, act: undo }];
