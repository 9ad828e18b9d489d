/** Bugs in the cloud. */
import type { Bug } from './bug.ts';

const at = (file: string) => `cloud/${file}`;

export const CLOUD_BUGS: readonly Bug[] = [
  {
    name: 'let two puts share a seq',
    does: 'Of the records of one push all but one come to nobody',
    file: at('zones/push.ts'),
    find: '      const seq = ++state.head;',
    instead: '      state.head = zone.head + 1;\n      const seq = zone.head + 1 - accepted.size;',
  },
  {
    name: 'let deletes be no news',
    does: 'Other devices hear of a delete only when something else happens',
    file: at('zones/push.ts'),
    find: '  if (stood !== undefined && head > stood.from) {',
    instead: '  if (stood !== undefined && head > stood.from && deleted === 0) {',
  },
  {
    name: 'take any put',
    does: 'A put that was made for an older revision overwrites the newer one',
    file: at('zones/decide.ts'),
    find: "  if ((stored?.rev ?? 0) !== put.baseRev) return { kind: 'conflict' };\n",
    instead: '',
  },
  {
    name: 'delete whatever has changed',
    open: true,
    does: 'What a machine deletes goes although somebody has recovered it meanwhile',
    file: at('zones/decide.ts'),
    find: "  if (op.baseRev !== undefined && (stored?.rev ?? 0) !== op.baseRev) return { kind: 'conflict' };\n",
    instead: '',
  },
  {
    name: 'forget tombstones at a start',
    does: 'A device that was away brings back what was deleted for good',
    file: at('storage/database.ts'),
    find: '  migrate(writing);',
    instead: "  migrate(writing);\n  writing.exec('DELETE FROM record WHERE ct IS NULL');",
  },
  {
    name: 'keep the incarnation at a restore',
    open: true,
    does: 'Devices go on from where the cloud has never been',
    file: at('storage/restore.ts'),
    find: ".where('kind', '>', 0));",
    instead: ".where('kind', '>', 0).where('head', '<', 0));",
  },
  {
    name: 'give mailbox positions again after a restore',
    open: true,
    does: 'What comes at a position that a device knows already, it never reads',
    file: at('storage/restore.ts'),
    find: 'const MAILBOX_LEAP = 1_000_000_000;',
    instead: 'const MAILBOX_LEAP = 0;',
  },
  {
    name: 'purge into the same generation',
    does: 'Devices take the empty zone for one that has lost something, and put all of it back',
    file: at('zones/purger.ts'),
    find: '        createZone(write, db, { account, kind, incarnation, generation: zone.generation + 1 });',
    instead: '        createZone(write, db, { account, kind, incarnation, generation: zone.generation });',
  },
  {
    name: 'drop mail that one device has',
    does: 'The others of the account never get it',
    file: at('mailboxes/mailbox-queries.ts'),
    find: `    .where('account', '=', given.account)
    .orderBy('position')
    .limit(1),`,
    instead: `    .where('account', '=', given.account)
    .orderBy('position', 'desc')
    .limit(1),`,
  },
  {
    name: 'forget what was sent',
    does: 'A send that comes again is delivered again',
    file: at('mailboxes/remembered.ts'),
    find: 'const SENDS_KEPT_MS = 30 * 24 * 3_600_000;',
    instead: 'const SENDS_KEPT_MS = -1;',
  },
  {
    name: 'skip what did not fit on a page',
    short: true,
    does: 'A record at the boundary of two pages never comes',
    file: at('zones/pull.ts'),
    find: `    if (records.length === limit || (records.length > 0 && bytes > sizes.pageBytes))
      return { records, last, more: true };`,
    instead: `    if (records.length === limit || (records.length > 0 && bytes > sizes.pageBytes))
      return { records, last: row, more: true };`,
  },
];
