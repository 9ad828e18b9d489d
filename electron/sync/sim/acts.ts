/** What people do with messages in a simulation, one function an act. What turns the switch is in acts-switch.ts. */
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { type Deletion, later, messagesOf, type New, type Row } from './ledger.ts';
import { recovers, stampsFrom } from './looks.ts';
import type { SeededRandom } from './random.ts';
import { isSpared, shownStill } from './spared.ts';
import type { Actor, Stage } from './stage.ts';
import { mayUndo } from './undo-acts.ts';

export type Act = {
  name: string;
  weight: number;
  /** False: there was nothing to do it with. */
  act(stage: Stage, actor: Actor, dice: SeededRandom): boolean | Promise<boolean>;
};

/** Deletes travel only while the switch is on or turning on: as the device itself sees it at this moment. */
export function deletesTravel({ device }: Actor): boolean {
  const { switch: value } = device.core.status();
  return value === 'on' || value === 'enabling';
}

/** An Undo or a Cancel turns a switch on, and nobody is asked: what was deleted on that device alone comes back. */
export function turnedOn({ ledger }: Stage, actor: Actor): void {
  if (actor.device.alive && deletesTravel(actor)) ledger.answer(actor.name, false);
}

function deletion(stage: Stage, actor: Actor, what: Deletion['what'], forGood = false): New {
  const { person, name } = actor;
  const atMs = stage.world.now;
  const stampedMs = stampsFrom(stage, actor);
  const told = actor.line.up || actor.device.core.status().paused?.reason === 'clockWrong';
  const datedMs = told ? atMs : Math.min(atMs, stampedMs);
  return { person, by: name, atMs, stampedMs, datedMs, what, forGood, travels: deletesTravel(actor) };
}

const visible = (actor: Actor) => messagesOf(actor.device).filter((row) => row.visible);
const deleted = (actor: Actor) => messagesOf(actor.device).filter((row) => row.deleted !== null);

/** Of `rows` some, in their order. */
function some(rows: readonly Row[], most: number, dice: SeededRandom): Row[] {
  const many = Math.min(rows.length, 1 + dice.below(most));
  const from = dice.below(rows.length - many + 1);
  return rows.slice(from, from + many);
}
const textsOf = (rows: readonly Row[]) => rows.map(({ text, guid }) => `"${text || guid}"`).join(', ');

const write: Act['act'] = (stage, actor, dice) => {
  const conversationId = dice.pick(stage.conversations);
  const text = `${actor.name} ${stage.ledger.tick}`;
  stage.does(actor, `writes "${text}"`, () => sends(stage, actor, { conversationId, text }));
  return true;
};

/** Into the outbox, and into the ledger once that is answered. Gives the message's guid. `attachments`: of drafts. */
export async function sends(
  { actors, ledger }: Stage,
  { name: by, device }: Actor,
  what: { conversationId: string; text: string; attachments?: string[] },
): Promise<string> {
  const { id } = await device.execute('send', { ...what, replyTo: null });
  const { guid } = device.store.get<{ guid: string }>(
    'SELECT lower(hex(guid)) AS guid FROM outbox WHERE send_id = ?',
    fromHex(id),
  ) as { guid: string };
  const removed = actors.filter((one) => one.removed !== null).map(({ name }) => name);
  ledger.writes({ guid, text: what.text || `files of ${by}`, by, tick: ledger.tick, removed });
  return guid;
}

/** An act on one message that is shown. */
function onMessage(
  what: string,
  does: (stage: Stage, actor: Actor, row: Row, dice: SeededRandom) => Promise<unknown>,
  fits: (row: Row) => boolean = () => true,
): Act['act'] {
  return (stage, actor, dice) => {
    const rows = visible(actor).filter(fits);
    if (rows.length === 0) return false;
    const row = dice.pick(rows);
    stage.does(actor, `${what} "${row.text || row.guid}"`, () => does(stage, actor, row, dice));
    return true;
  };
}

const react = onMessage('reacts to', (_, { device }, { id }, dice) =>
  device.execute('react', { id, emoji: dice.pick(['👍', '❤️', '']) }),
);
const edit = onMessage(
  'edits',
  (stage, { device }, { id, text }) =>
    device.execute('edit', { id, text: `${text.split(' (')[0]} (${stage.ledger.tick})` }),
  ({ mine, text }) => mine && text !== '',
);
const unsend = onMessage(
  'unsends',
  (stage, { device }, { id, guid }) => {
    stage.ledger.notDelivered.add(guid);
    return device.execute('unsend', { id });
  },
  ({ mine, text }) => mine && text !== '',
);

function onConversation(
  what: string,
  does: (stage: Stage, actor: Actor, conversationId: string, dice: SeededRandom) => Promise<unknown>,
): Act['act'] {
  return (stage, actor, dice) => {
    const conversationId = dice.pick(stage.conversations);
    stage.does(actor, `${what} ${stage.conversations.indexOf(conversationId)}`, () =>
      does(stage, actor, conversationId, dice),
    );
    return true;
  };
}

const read = onConversation('reads', (_, { device }, conversationId) =>
  device.execute('markRead', { conversationId, upTo: null }),
);
const little = onConversation('pins, mutes, drafts in', (stage, { device }, conversationId, dice) => {
  switch (dice.below(4)) {
    case 0:
      return device.execute('setPinned', { conversationId, on: dice.chance(0.5) });
    case 1:
      return device.execute('setMuted', { conversationId, until: stage.world.now + 1000 });
    case 2:
      return device.execute('markUnread', { conversationId });
    default:
      return device.execute('setDraft', {
        conversationId,
        text: dice.pick(['', `draft ${stage.ledger.tick}`]),
      });
  }
});
const rename: Act['act'] = (stage, actor) => {
  const conversationId = stage.conversations[1] as string;
  const name = `Named ${stage.ledger.tick}`;
  stage.does(actor, `renames the group "${name}"`, () =>
    actor.device.execute('renameConversation', { conversationId, name }),
  );
  return true;
};

function deleting(most: number): Act['act'] {
  return (stage, actor, dice) => {
    const rows = visible(actor);
    if (rows.length === 0) return false;
    const chosen = some(rows, most, dice);
    const entries = chosen.map(({ guid }) => deletion(stage, actor, { guid }));
    const begunMs = stage.world.now;
    stage.does(
      actor,
      `deletes ${textsOf(chosen)}`,
      async () => {
        const ids = chosen.map(({ id }) => id);
        const { undo, stopped } = await actor.device.execute('deleteMessages', { ids });
        if (stopped !== null) return stage.ledger.perhapsDeletes(entries);
        const spared = shownStill(stage, actor);
        for (const [i, entry] of entries.entries())
          if (!spared.has(chosen[i]?.guid ?? '')) stage.ledger.deletes(entry);
        mayUndo(stage, actor, {
          undo,
          rows: chosen.filter(({ guid }) => !spared.has(guid)),
          how: 'itself',
          unsent: [],
          fromMs: begunMs,
          travels: entries.every(({ travels }) => travels),
        });
      },
      () => stage.ledger.perhapsDeletes(entries),
    );
    return true;
  };
}

/** What a delete of the conversation takes out of this device's outbox. */
function waitingIn({ device }: Actor, conversation: string): { guid: string; unsent: boolean }[] {
  return device.store
    .all<{ guid: Uint8Array; unsent: number }>(
      `SELECT guid, sealed IS NULL AS unsent FROM outbox
       WHERE kind = 'message' AND conversation = ? AND deleted_ms IS NULL`,
      fromHex(conversation),
    )
    .map(({ guid, unsent }) => ({ guid: toHex(guid), unsent: unsent === 1 }));
}

/** It was deleted on its way: whether anybody gets it is not known yet (SYN-72). */
function mayReachNobody({ ledger }: Stage, guid: string): void {
  for (const unsure of Object.values(ledger.unsure)) unsure.add(guid);
}

const deleteConversation: Act['act'] = (stage, actor, dice) => {
  const conversation = dice.pick(stage.conversations);
  const rows = visible(actor).filter((row) => row.conversation === conversation);
  const newest = rows.at(-1);
  if (newest === undefined) return false;
  const upTo = rows.reduce((last, row) => (later(row, last) ? row : last), newest);
  const shown = new Set(rows.map(({ guid }) => guid));
  const entry = deletion(stage, actor, { conversation, upTo: { ms: upTo.ms, guid: upTo.guid }, shown });
  const which = stage.conversations.indexOf(conversation);
  let waiting: ReturnType<typeof waitingIn> = [];
  const perhaps = () => {
    // A device that is dead by now says nothing of its switch: what held when it was asked.
    const those = waiting.map(({ guid }) =>
      actor.device.alive ? deletion(stage, actor, { guid }) : { ...entry, what: { guid } },
    );
    stage.ledger.perhapsDeletes([entry, ...those]);
    for (const { guid, unsent } of waiting) {
      if (unsent) stage.ledger.sent.delete(guid);
      else mayReachNobody(stage, guid);
    }
  };
  stage.does(
    actor,
    `deletes conversation ${which} up to "${upTo.text || upTo.guid}"`,
    async () => {
      waiting = waitingIn(actor, conversation);
      const input = { conversationId: conversation };
      const { undo, stopped } = await actor.device.execute('deleteConversation', input);
      if (stopped !== null) return perhaps();
      stage.ledger.deletes(entry);
      const unsent = waiting.flatMap(({ guid, unsent }) =>
        unsent ? (stage.ledger.sent.get(guid) ?? []) : [],
      );
      const onTheWay = waiting.flatMap(({ guid, unsent }) => (unsent ? [] : [{ guid, conversation }]));
      mayUndo(stage, actor, {
        ...{ undo, unsent, fromMs: entry.atMs, how: 'withConversation', travels: entry.travels },
        rows: [...rows, ...onTheWay],
      });
      for (const { guid, unsent } of waiting) {
        // What nobody has been sent goes nowhere any more; what is on its way arrives as deleted here (SYN-72), or turns out to have been sent to nobody.
        if (unsent) stage.ledger.sent.delete(guid);
        else {
          stage.ledger.deletes(deletion(stage, actor, { guid }));
          mayReachNobody(stage, guid);
        }
      }
    },
    perhaps,
  );
  return true;
};

/** Whether a delete of the whole conversation covers it, here or everywhere. */
const isCleared = ({ device }: Actor, guid: string): boolean =>
  device.store.get(
    `SELECT 1 FROM message m JOIN conversation c ON c.cid = m.cid LEFT JOIN local_clear l ON l.conversation = c.guid
     WHERE m.guid = ? AND ((m.accepted_ms, m.guid) <= (c.register_clear_ms, c.register_clear_guid)
       OR (m.accepted_ms, m.guid) <= (l.up_to_ms, l.up_to_guid))`,
    fromHex(guid),
  ) !== undefined;

function recovering(all: boolean): Act['act'] {
  return (stage, actor, dice) => {
    const rows = deleted(actor);
    if (rows.length === 0) return false;
    const chosen = all ? rows : some(rows, 2, dice);
    const { person, name: by } = actor;
    const { tick } = stage.ledger;
    const recovered = (what: string) => stage.ledger.recoversAt(person, what, stage.world.now, stampedMs);
    const travels = deletesTravel(actor);
    const stampedMs = stampsFrom(stage, actor);
    const done = () => {
      for (const { guid, conversation, deleted: how } of chosen) {
        recovered(guid);
        if (how === 'withConversation') recovered(conversation);
      }
    };
    const what = `recovers ${textsOf(chosen)}`;
    const recover = () => actor.device.execute('recoverMessages', { ids: chosen.map(({ id }) => id) });
    const work = async () => {
      // What was deleted by itself before its conversation was comes back with that.
      const withIt = chosen.filter((row) => row.deleted === 'itself' && isCleared(actor, row.guid));
      const { stopped } = await recover();
      done();
      if (stopped !== null) return;
      for (const { conversation } of withIt) recovered(conversation);
      for (const { guid, conversation, deleted: how } of travels ? chosen : []) {
        const atMs = stage.world.now;
        if (how !== null && !isSpared(stage, actor, guid))
          recovers(stage, { person, by, tick, atMs, stampedMs, guid, conversation, how });
      }
    };
    stage.does(actor, what, work, done);
    return true;
  };
}

const deleteForGood: Act['act'] = (stage, actor, dice) => {
  const rows = deleted(actor);
  if (rows.length === 0) return false;
  const chosen = some(rows, 3, dice);
  const entries = chosen.map(({ guid }) => deletion(stage, actor, { guid }, true));
  stage.does(
    actor,
    `deletes for good ${textsOf(chosen)}`,
    async () => {
      const { stopped } = await actor.device.execute('deleteForGood', { ids: chosen.map(({ id }) => id) });
      if (stopped !== null) return stage.ledger.perhapsDeletes(entries);
      for (const entry of entries) stage.ledger.deletes(entry);
    },
    () => stage.ledger.perhapsDeletes(entries),
  );
  return true;
};

const keepMessages: Act['act'] = (stage, actor, dice) => {
  const days = dice.pick([0, 30, 30, 365] as const);
  const { person, name, device } = actor;
  const by = deletesTravel(actor) ? null : name;
  const done = () => void stage.ledger.keeps.push({ person, by, days });
  const what = `keeps messages for ${days} days${by === null ? '' : ' here'}`;
  stage.does(actor, what, () => device.execute('setKeepMessages', { days }).then(done), done);
  return true;
};

export const MESSAGE_ACTS: Act[] = [
  { name: 'write', weight: 26, act: write },
  { name: 'react', weight: 4, act: react },
  { name: 'edit', weight: 3, act: edit },
  { name: 'unsend', weight: 1, act: unsend },
  { name: 'read', weight: 4, act: read },
  { name: 'pin, mute, mark unread, draft', weight: 4, act: little },
  { name: 'rename the group', weight: 1, act: rename },
  { name: 'delete one', weight: 6, act: deleting(1) },
  { name: 'delete several', weight: 3, act: deleting(5) },
  { name: 'delete a conversation', weight: 3, act: deleteConversation },
  { name: 'recover', weight: 4, act: recovering(false) },
  { name: 'recover all', weight: 1, act: recovering(true) },
  { name: 'delete now', weight: 4, act: deleteForGood },
  { name: 'keep messages', weight: 1.5, act: keepMessages },
];
