/** What turning the switch on or off will do, as sentences with counts. Pure. */
import type { DeletedHere, SwitchOffPreview, SwitchPreview } from '../../electron/api/types.ts';
import { byteSize } from '../app/format.ts';

export type PreviewText = { key: string; values: Record<string, string | number> };

/** Less than this is there before one has read how much it is. */
const WORTH_SAYING_BYTES = 10_000_000;

function sizeText(bytes: number, language: string): PreviewText[] {
  return bytes < WORTH_SAYING_BYTES
    ? []
    : [{ key: 'switch.about', values: { size: byteSize(bytes, language) } }];
}

/**
 * On: what comes and goes, as the sentences of one paragraph. What was deleted meanwhile is asked, or said, by itself.
 */
export function onTexts(preview: SwitchPreview, language: string): PreviewText[] {
  const { toUpload, toDownload, bytes } = preview;
  const count = (key: string, n: number): PreviewText => ({ key, values: { count: n } });
  const texts =
    toUpload > 0 && toDownload > 0
      ? [count('switch.on.keepAnd', toUpload), count('switch.on.andAppear', toDownload)]
      : toUpload > 0
        ? [count('switch.on.keep', toUpload)]
        : toDownload > 0
          ? [count('switch.on.appear', toDownload)]
          : [];
  if (texts.length === 0)
    return preview.deletedHere + preview.deletedElsewhere + preview.expiring > 0
      ? []
      : [{ key: 'switch.on.nothing', values: {} }];
  return [...texts, ...sizeText(bytes, language)];
}

/** The answer goes along only where there was a question. */
export function turnOnInput(
  preview: SwitchPreview | null,
  deletedHere: DeletedHere,
): { on: true; deletedHere?: DeletedHere } {
  return preview !== null && preview.deletedHere > 0 ? { on: true, deletedHere } : { on: true };
}

/** Off: what is downloaded first. */
export function offTexts(preview: SwitchOffPreview, language: string): PreviewText[] {
  const { toDownload, attachments, bytes } = preview;
  const texts: PreviewText[] = [];
  if (toDownload > 0) texts.push({ key: 'switch.off.download', values: { count: toDownload } });
  if (attachments > 0) texts.push({ key: 'switch.off.attachments', values: { count: attachments } });
  return texts.length === 0
    ? [{ key: 'switch.off.nothing', values: {} }]
    : [...texts, ...sizeText(bytes, language)];
}

/** Both numbers, for it does not fit: what is needed, and what is free where that is known. */
export function tooSmallText(preview: SwitchOffPreview, language: string): PreviewText {
  const needed = byteSize(preview.bytes, language);
  return preview.freeBytes === null
    ? { key: 'switch.off.tooSmallUnknown', values: { needed } }
    : { key: 'switch.off.tooSmall', values: { needed, free: byteSize(preview.freeBytes, language) } };
}
