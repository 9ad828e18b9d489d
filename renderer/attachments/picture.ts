/** What is learnt of a picture before it goes: its sides, and a small picture of it. By the browser's own decoder, in this window. */

export type Pictured = { width: number; height: number; thumbnail: Blob | null };

const LARGEST_THUMBNAIL = 8 * 1024;
const NOTHING: Pictured = { width: 0, height: 0, thumbnail: null };
/** Longest side and quality, until it is small enough. */
const TRIES: readonly [number, number][] = [
  [320, 0.6],
  [240, 0.5],
  [160, 0.45],
  [96, 0.4],
  [48, 0.4],
];

/** What cannot be decoded here is sent as a file without a small picture. */
export async function lookAtPicture(file: Blob): Promise<Pictured> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return NOTHING;
  }
  try {
    const { width, height } = bitmap;
    return { width, height, thumbnail: await thumbnailOf(bitmap) };
  } finally {
    bitmap.close();
  }
}

async function thumbnailOf(bitmap: ImageBitmap): Promise<Blob | null> {
  for (const [side, quality] of TRIES) {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext('2d');
    if (context === null) return null;
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    for (const type of ['image/webp', 'image/jpeg']) {
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
      // A browser that cannot write a type gives a PNG instead.
      if (blob !== null && blob.type === type && blob.size <= LARGEST_THUMBNAIL) return blob;
    }
  }
  return null;
}

/** Sides and length of what plays. */
export function lookAtMedia(
  file: Blob,
  kind: 'video' | 'audio',
): Promise<{ width: number; height: number; durationMs: number }> {
  return new Promise((resolve) => {
    const element = document.createElement(kind);
    const url = URL.createObjectURL(file);
    const done = (): void => {
      URL.revokeObjectURL(url);
      const duration = Number.isFinite(element.duration) ? Math.round(element.duration * 1000) : 0;
      resolve({
        width: element instanceof HTMLVideoElement ? element.videoWidth : 0,
        height: element instanceof HTMLVideoElement ? element.videoHeight : 0,
        durationMs: Math.max(0, duration),
      });
    };
    element.preload = 'metadata';
    element.onloadedmetadata = done;
    element.onerror = done;
    setTimeout(done, 4000);
    element.src = url;
  });
}
