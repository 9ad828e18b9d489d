/** Bugs in attachments: looked for in the stories that have files (file-acts.ts). */
import type { Bug } from './bug.ts';

const FILE_BUGS_OF: readonly Omit<Bug, 'files'>[] = [
  {
    name: 'do not wait for the files',
    does: 'A message goes before its files are at the cloud',
    file: 'electron/store/outbox.ts',
    find: '         WHERE w.uploads > 0 AND',
    instead: '         WHERE w.uploads < 0 AND',
  },
  {
    name: 'do not put again what the cloud has lost',
    does: 'Of a cloud that was put back to a backup some files are gone for good, although a device has them',
    file: 'electron/sync/zones/push.ts',
    find: '      blobsMissing(ctx, answer.value.blobIds);',
    instead: '',
  },
  {
    name: 'name no files in a put',
    does: 'The cloud lets go of the files of messages that everybody has read',
    file: 'electron/sync/zones/push.ts',
    find: 'attachments.length === 0 ? [] : blobsToName(store, attachments);',
    instead: '[] as Uint8Array[];',
  },
  {
    name: 'believe what comes',
    open: true,
    does: 'Bytes that broke off or are others are taken for the file',
    file: 'electron/sync/blobs/download-step.ts',
    find: '  if (!equalBytes(blobIdOf(size, hashes), blob.id)) return damaged(ctx, blob);\n',
    instead: '',
  },
  {
    name: 'keep files of what is gone',
    does: 'What was deleted for good lies on the disk as long as the app is there',
    file: 'electron/store/attachments.ts',
    find: "    loosen(store, blob_id);\n  store.run('DELETE FROM attachment WHERE rid = ?', rid);",
    instead: "    void blob_id;\n  store.run('DELETE FROM attachment WHERE rid = ?', rid);",
  },
  {
    name: 'sweep a file that is needed again',
    does: 'A message whose files were named anew loses them',
    file: 'electron/sync/blobs/sweep.ts',
    find: '    if (isNamed(store, id)) {\n      stuck.delete(toHex(id));\n      settleLoose(store, id, false);\n      continue;\n    }\n',
    instead: '',
  },
  {
    name: 'fetch nothing by itself',
    does: 'Files come only when somebody asks for each of them',
    file: 'electron/sync/engine/decide.ts',
    find: "  return blobs.alone > 0 && blobs.aloneAt <= now ? { lane: 'blobs', type: 'download', what: 'alone' } : null;",
    instead: '  return null;',
  },
];

export const FILE_BUGS: readonly Bug[] = FILE_BUGS_OF.map((bug) => ({ ...bug, files: true }));
