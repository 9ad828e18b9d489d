/** What turning the switch on will do, as lines with counts. Pure. */
import type { DeletedHere, SwitchPreview } from '../../electron/api/types.ts';

export function previewLines(preview: SwitchPreview): { key: string; values: { count: number } }[] {
  const lines = (
    [
      ['settings.onUpload', preview.toUpload],
      ['settings.onDownload', preview.toDownload],
      ['settings.onDeletedElsewhere', preview.deletedElsewhere],
      ['keep.onExpiring', preview.expiring],
    ] as const
  )
    .filter(([, count]) => count > 0)
    .map(([key, count]) => ({ key, values: { count } }));
  // What was deleted here meanwhile is a question of its own.
  return lines.length > 0 || preview.deletedHere > 0
    ? lines
    : [{ key: 'settings.onNothing', values: { count: 0 } }];
}

/** The answer goes along only where there was a question. */
export function turnOnInput(
  preview: SwitchPreview | null,
  deletedHere: DeletedHere,
): { on: true; deletedHere?: DeletedHere } {
  return preview !== null && preview.deletedHere > 0 ? { on: true, deletedHere } : { on: true };
}
