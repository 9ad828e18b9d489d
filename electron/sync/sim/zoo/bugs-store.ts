/** Bugs in what a device keeps, and in how two versions of one record become one. */
import type { Bug } from './bug.ts';

const at = (file: string) => `electron/store/${file}`;

export const STORE_BUGS: readonly Bug[] = [
  {
    name: 'echo a merge',
    does: 'What a device has just pulled it pushes back, and so do the others',
    file: at('pulled.ts'),
    find: '  if (equalPayloads(theirs, merged)) {',
    instead: '  if (theirs === merged) {',
  },
  {
    name: 'keep a merge to oneself',
    does: 'What the cloud lacks of a merge is not pushed',
    file: at('pulled.ts'),
    find: '  if (equalPayloads(theirs, merged)) {',
    instead: '  if (merged !== null) {',
  },
  {
    name: 'replace instead of merging, at pulling',
    does: 'What was changed here at the same time is lost',
    file: at('pulled.ts'),
    find: 'mergePayloads(ours, theirs);',
    instead: '{ ...theirs, coreConflict: false };',
  },
  {
    name: 'replace instead of merging, at writing',
    does: 'What others have changed is lost',
    file: at('records.ts'),
    find: 'mergePayloads(before, payload);',
    instead: '{ ...payload, coreConflict: false };',
  },
  {
    name: 'ours wins',
    does: 'Of two writes to a register every device keeps its own',
    file: 'shared/model/merge.ts',
    find: 'merged.push(compareRegisters(x, y) >= 0 ? x : y);',
    instead: 'merged.push(x);',
  },
  {
    name: 'do not show what is new',
    does: 'What comes from the cloud is there and not seen',
    file: at('pulled.ts'),
    find: '    if (rid !== null) {\n      project(store, zone, id, rid, theirs, null);',
    instead: '    if (rid !== null) {',
  },
  {
    name: 'let what is gone come back',
    does: 'A device that had not heard of a delete brings the message back to those who had',
    file: at('pulled.ts'),
    find: '  if (row.gone === 1) {\n',
    instead:
      "  if (row.gone === 1) {\n    replaceContent(store, zone, id, row, null, theirs);\n    store.run('UPDATE record SET gone = 0 WHERE rid = ?', row.rid);\n    return;\n",
  },
  {
    name: 'keep the content of a tombstone',
    does: 'What was deleted for good elsewhere stays here',
    file: at('pulled.ts'),
    find: '  if (row.gone === 0) dropContent(store, row, nowMs);',
    instead: '',
  },
  {
    name: 'do not push Delete Now',
    does: 'It is gone here alone',
    file: at('records.ts'),
    find: '    if (options.push) {',
    instead: '    if (options.push && !options.byPerson) {',
  },
  {
    name: 'take away what changed while a push was under way',
    does: 'The second of two quick changes is never pushed',
    file: at('dirty.ts'),
    find: 'WHERE zone = ? AND id = ? AND change = ?',
    instead: 'WHERE zone = ? AND id = ? AND change <= ? + 1000000',
  },
  {
    name: 'keep revs across an incarnation',
    does: 'After a restore a device believes the cloud to have what it has lost',
    file: at('zone-state.ts'),
    find: 'hash = NULL WHERE zone = ? AND rev > 0',
    instead: 'hash = NULL WHERE zone = ? AND rev < 0',
  },
  {
    name: 'offer nothing after a restore',
    does: 'What the restored cloud lacks is never pushed again',
    file: at('zone-state.ts'),
    find: '      if (row.rev === 0) add.run(',
    instead: '      if (row.rev < 0) add.run(',
  },
  {
    name: 'offer nothing to a new generation',
    does: 'After a purge, turning the switch on uploads nothing',
    file: at('rename.ts'),
    find: "  project(store, zone, id, row.rid, payload, payload);\n  markDirty(store, zone, id, 'put');",
    instead: '  project(store, zone, id, row.rid, payload, payload);',
  },
  {
    name: 'show under the old ids in a new generation',
    does: 'What a person does to a message then is done to one that is not there',
    file: at('rename.ts'),
    find: "  if (zone === 'messages') store.run('UPDATE message SET id = ? WHERE rid = ?', id, row.rid);\n  project(store, zone, id, row.rid, payload, payload);",
    instead: '',
  },
  {
    name: "forget this device's own deletes in a new generation",
    does: 'What was deleted here alone is shown again',
    file: at('rename.ts'),
    find: "  store.run('UPDATE OR REPLACE local_delete SET id = ? WHERE id = ?', id, old);",
    instead: '',
  },
  {
    name: "forget this device's own deletes at a start",
    does: 'What was deleted here alone is shown again',
    file: at('open.ts'),
    find: '    if (!readonly) refreshSearchIndex(store);',
    instead:
      "    if (!readonly) refreshSearchIndex(store);\n    if (!readonly) store.run('DELETE FROM local_delete');",
  },
  {
    name: 'commit without what is kept in memory',
    does: 'Digest, counters and search index stay behind the records',
    file: at('open.ts'),
    find: "    this.memory.flush();\n    this.db.exec('COMMIT');",
    instead: "    this.db.exec('COMMIT');",
  },
  {
    name: 'do not send again what was on its way',
    does: 'A message that was being sent at a restart is never sent',
    file: at('outbox.ts'),
    find: "FROM outbox o WHERE state <> 'failed' AND (deleted_ms",
    instead: "FROM outbox o WHERE state = 'queued' AND (deleted_ms",
  },
  {
    name: 'go on showing what was deleted elsewhere',
    does: 'Deletes of other devices are stored and not seen',
    file: at('project-message.ts'),
    find: 'const deletedMs = message.deleted?.deletedMs ?? local?.deleted_ms ?? null;',
    instead: 'const deletedMs = local?.deleted_ms ?? null;',
  },
  {
    name: 'count as unread what is not there any more',
    does: 'The list says that something is unread, and nothing is',
    file: at('conversation-state.ts'),
    find: '    if (this.#unread(message)) this.unread -= 1;',
    instead: '',
  },
];
