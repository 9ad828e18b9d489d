/** What turning the switch on will do, as lines with counts. Pure. */
import type { SwitchPreview } from '../../electron/api/types.ts';

export function previewLines(preview: SwitchPreview): { key: string; values: { count: number } }[] {
  const lines = (
    [
      ['settings.onUpload', preview.toUpload],
      ['settings.onDownload', preview.toDownload],
      ['settings.onDeletedHere', preview.deletedHere],
      ['settings.onDeletedElsewhere', preview.deletedElsewhere],
    ] as const
  )
    .filter(([, count]) => count > 0)
    .map(([key, count]) => ({ key, values: { count } }));
  return lines.length > 0 ? lines : [{ key: 'settings.onNothing', values: { count: 0 } }];
}
