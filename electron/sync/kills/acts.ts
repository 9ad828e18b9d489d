/**
 * What people do with messages while a process is killed under their hands. Each act leads past the points that the tables name it for
 * (points.ts). An act says to the ledger what it is about to do, and what was answered; it throws `Killed` when the device dies in it.
 */
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { attachmentsFolder, blobPath } from '../../store/blob-files.ts';
import { overwrite } from './acts-disk.ts';
import {
  type Act,
  annaSends,
  annaSendsFile,
  arrived,
  atLeast,
  atLeastDeleted,
  attach,
  bobSends,
  deleted,
  deletes,
  idsOf,
  quiet,
  send,
  shown,
  some,
} from './doing.ts';

export const MESSAGE_ACTS = {
  write: {
    run: async (scene) => {
      for (let i = scene.dice.below(3); i >= 0; i -= 1) await send(scene);
      await quiet(scene);
    },
  },
  receive: {
    run: async (scene) => {
      for (let i = scene.dice.below(3); i >= 0; i -= 1) await bobSends(scene);
      await quiet(scene);
    },
  },
  'others write': {
    run: async (scene) => {
      for (let i = scene.dice.below(3); i >= 0; i -= 1) await annaSends(scene);
      await quiet(scene);
    },
  },
  'edit, unsend, react': {
    prepare: (scene) => atLeast(scene, 3),
    run: async (scene) => {
      const text = scene.ledger.text('anna');
      const { conversation: conversationId, ledger } = scene;
      ledger.writes(text, 'anna');
      const sent = await scene.run('send', { conversationId, text, replyTo: null });
      if (sent === null) return;
      ledger.written(text);
      await quiet(scene);
      const [first] = shown(scene);
      const id = shown(scene).find((row) => row.text === text)?.id ?? sent.result.id;
      await scene.run('react', { id: first?.id ?? id, emoji: '👍' });
      await scene.run('edit', { id, text: ledger.edited(text) });
      await quiet(scene);
      await scene.run('unsend', { id });
      await quiet(scene);
    },
  },
  marks: {
    prepare: (scene) => atLeast(scene, 2),
    run: async (scene) => {
      const { conversation: conversationId } = scene;
      const last = shown(scene).at(-1);
      if (last === undefined) return;
      const upTo = { at: last.ms, id: last.id };
      await scene.run('markRead', { conversationId, upTo });
      await scene.run('markUnread', { conversationId });
      await scene.run('setPinned', { conversationId, on: scene.dice.chance(0.5) });
      await scene.run('setMuted', { conversationId, until: scene.dice.chance(0.5) ? 1 : null });
      await scene.run('setDraft', { conversationId, text: `draft ${scene.dice.below(1000)}` });
      const notice = scene.read((store) =>
        store.get<{ id: string }>('SELECT id FROM notice WHERE dismissed = 0 LIMIT 1'),
      );
      await scene.run('dismissNotice', { id: notice?.id ?? 'none' });
      await scene.run('setSettings', { readReceipts: scene.dice.chance(0.5) });
      await quiet(scene);
    },
  },
  group: {
    run: async (scene) => {
      const handles = ['bob@example.org', 'carol@example.org'];
      const made = await scene.run('startConversation', { handles, name: `group ${scene.dice.below(1000)}` });
      if (made === null) return;
      const conversationId = made.result.id;
      const text = scene.ledger.text('anna');
      scene.ledger.writes(text, 'anna');
      if ((await scene.run('send', { conversationId, text, replyTo: null })) !== null)
        scene.ledger.written(text);
      await scene.run('renameConversation', { conversationId, name: `renamed ${scene.dice.below(1000)}` });
      await quiet(scene);
    },
  },
  delete: {
    prepare: (scene) => atLeast(scene, 4),
    run: async (scene) => {
      await deletes(scene, some(shown(scene), 1 + scene.dice.below(3), scene));
      await quiet(scene);
    },
  },
  undo: {
    prepare: (scene) => atLeast(scene, 4),
    run: async (scene) => {
      const rows = some(shown(scene), 2, scene);
      const undo = await deletes(scene, rows);
      if (undo === null) return;
      scene.ledger.may(rows, 'shown');
      if ((await scene.run('undoDelete', { undo })) !== null) scene.ledger.must(rows, 'shown');
      await quiet(scene);
    },
  },
  'delete a conversation': {
    prepare: (scene) => atLeast(scene, 3),
    run: async (scene) => {
      const { conversation: conversationId, ledger } = scene;
      const rows = shown(scene);
      ledger.may(rows, 'deleted');
      const done = await scene.run('deleteConversation', { conversationId });
      if (done === null) return;
      ledger.must(rows, 'deleted');
      if (scene.dice.chance(0.5)) {
        ledger.may(rows, 'shown');
        if ((await scene.run('undoDelete', { undo: done.result.undo })) !== null) ledger.must(rows, 'shown');
      }
      await quiet(scene);
    },
  },
  recover: {
    prepare: (scene) => atLeastDeleted(scene, 3),
    run: async (scene) => {
      const all = scene.dice.chance(0.3);
      const rows = all ? deleted(scene) : some(deleted(scene), 2, scene);
      scene.ledger.may(deleted(scene), 'shown');
      if ((await scene.run('recoverMessages', { ids: all ? 'all' : idsOf(rows) })) !== null)
        scene.ledger.must(rows, 'shown');
      await quiet(scene);
    },
  },
  'delete now': {
    prepare: (scene) => atLeastDeleted(scene, 3),
    run: async (scene) => {
      const all = scene.dice.chance(0.3);
      const rows = all ? deleted(scene) : some(deleted(scene), 2, scene);
      scene.ledger.may(rows, 'gone');
      if ((await scene.run('deleteForGood', { ids: all ? 'all' : idsOf(rows) })) !== null)
        scene.ledger.must(rows, 'gone');
      await quiet(scene);
    },
  },
  attach: {
    run: async (scene) => {
      const away = await attach(scene, 5_000);
      await scene.run('dropAttachment', { id: away });
      const file = await attach(scene, 70_000 + scene.dice.below(2) * 1_100_000);
      await send(scene, [file]);
      await quiet(scene);
    },
  },
  'a file that is not there': {
    run: async (scene) => {
      scene.cut(true);
      const file = await attach(scene, 3_000);
      const { ledger, conversation: conversationId } = scene;
      const text = ledger.text('anna');
      ledger.writes(text, 'note');
      const sent = await scene.run('send', { conversationId, text, replyTo: null, attachments: [file] });
      const folder = join(dirname(scene.path), 'attachments');
      if (sent === null) return;
      const waiting = scene.read((store) =>
        store.all<{ id: string }>('SELECT lower(hex(id)) AS id FROM blob WHERE sending = 1 AND here = 1'),
      );
      for (const name of readdirSync(folder))
        if (waiting.some(({ id }) => id === name)) rmSync(join(folder, name), { force: true });
      scene.cut(false);
      await scene.run('syncNow', null);
      await quiet(scene);
      await scene.run('retry', { id: sent.result.id });
      await quiet(scene);
      await scene.run('discard', { id: sent.result.id });
      await quiet(scene);
    },
  },
  'a file comes': {
    run: async (scene) => {
      await annaSendsFile(scene, 70_000 + scene.dice.below(2) * 1_100_000);
      await quiet(scene);
      await quiet(scene);
    },
  },
  'a file is broken': {
    prepare: async (scene) => {
      await annaSendsFile(scene, 3_000);
    },
    run: async (scene) => {
      const row = scene.read((store) =>
        store.get<{ id: string; message: string }>(
          `SELECT lower(hex(b.id)) AS id, lower(hex(m.id)) AS message FROM blob b JOIN attachment a ON a.blob_id = b.id
           JOIN message m ON m.rid = a.rid WHERE b.here = 1 AND b.sending = 0 LIMIT 1`,
        ),
      );
      if (row === undefined) return;
      overwrite(blobPath(attachmentsFolder(scene.path), fromHex(row.id)), 100, scene.dice.bytes(16));
      await scene.run('attachmentBroken', { blobId: row.id });
      await scene.run('fetchAttachment', { id: row.message, place: 0 });
      await quiet(scene);
      await quiet(scene);
    },
  },
  'a file goes': {
    prepare: async (scene) => {
      await annaSendsFile(scene, 3_000);
      await send(scene, [await attach(scene, 4_000)]);
      await arrived(scene);
      await deletes(scene, shown(scene).slice(-2));
    },
    run: async (scene) => {
      const rows = deleted(scene);
      scene.ledger.may(rows, 'gone');
      if ((await scene.run('deleteForGood', { ids: 'all' })) !== null) scene.ledger.must(rows, 'gone');
      await quiet(scene);
    },
  },
} satisfies Record<string, Act>;
