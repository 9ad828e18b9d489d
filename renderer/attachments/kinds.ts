/** What a file is to a person, and its name in a line of text. Pure. */
import type { TFunction } from 'i18next';
import type { AttachmentName } from '../../electron/api/types.ts';

export type FileKind = 'picture' | 'video' | 'audio' | 'file';

/** Pictures that every browser shows; others are files. */
const PICTURES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);

export function kindOf(mediaType: string): FileKind {
  if (PICTURES.has(mediaType)) return 'picture';
  if (mediaType.startsWith('video/')) return 'video';
  if (mediaType.startsWith('audio/')) return 'audio';
  return 'file';
}

/** "Picture", "3 pictures", a file's own name, "2 files": for the list, a quote, a screen reader. */
export function attachmentsText(t: TFunction, files: readonly AttachmentName[]): string {
  const [first] = files;
  if (first === undefined) return '';
  const kind = kindOf(first.mediaType);
  if (files.length === 1 && kind === 'file') return first.name;
  const same = files.every((file) => kindOf(file.mediaType) === kind);
  return t(`attachments.summary.${same ? kind : 'file'}`, { count: files.length });
}

/** What a message says where it stands in one line: its text, else its files. */
export function messageLine(t: TFunction, text: string, files: readonly AttachmentName[]): string {
  return text.trim() === '' ? attachmentsText(t, files) : text;
}

/** Smallest and largest sides of a picture in the transcript, in pixels. */
const WIDEST = 300;
const TALLEST = 320;
const LEAST = 90;

/** The box a picture has before and after it is there, so that nothing jumps. Unknown sides: a box of usual shape. */
export function pictureBox(width: number, height: number): { width: number; height: number } {
  if (width <= 0 || height <= 0) return { width: 240, height: 180 };
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return {
    width: Math.round(Math.max(LEAST, width * scale)),
    height: Math.round(Math.max(LEAST, height * scale)),
  };
}
