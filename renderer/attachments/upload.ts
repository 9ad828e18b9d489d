/** Gives the device behind this window a file: `POST /attachments`. XHR, since `fetch` does not say how far it is. */
import type { ApiFailure, Id } from '../../electron/api/types.ts';
import { kindOf } from './kinds.ts';
import { lookAtMedia, lookAtPicture } from './picture.ts';

export class UploadFailed extends Error {
  readonly failure: ApiFailure;
  constructor(failure: ApiFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

const failed = (reason: string): UploadFailed =>
  new UploadFailed({ reason, retryAfterMs: null, about: null });

export async function uploadFile(
  conversation: Id,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ id: Id; thumbnail: Blob | null }> {
  const query = new URLSearchParams({
    conversation,
    name: file.name === '' ? 'file' : file.name,
    type: file.type,
    size: String(file.size),
  });
  let thumbnail: Blob | null = null;
  const kind = kindOf(file.type);
  if (kind === 'picture') {
    const { width, height, thumbnail: small } = await lookAtPicture(file);
    thumbnail = small;
    query.set('width', String(width));
    query.set('height', String(height));
    if (small !== null) query.set('thumbnail', String(small.size));
  } else if (kind !== 'file') {
    const { width, height, durationMs } = await lookAtMedia(file, kind);
    query.set('width', String(width));
    query.set('height', String(height));
    query.set('duration', String(durationMs));
  }
  const body = thumbnail === null ? file : new Blob([thumbnail, file]);
  const id = await send(`/attachments?${query}`, body, onProgress, signal);
  return { id, thumbnail };
}

function send(
  url: string,
  body: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Id> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    if (signal.aborted) {
      reject(failed('aborted'));
      return;
    }
    signal.addEventListener('abort', () => request.abort());
    request.open('POST', url);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onabort = () => reject(failed('aborted'));
    request.onerror = () => reject(failed('fileUnreadable'));
    request.onload = () => {
      const answer = read(request.responseText);
      if (request.status === 201 && typeof answer['id'] === 'string') resolve(answer['id']);
      else reject(failed(typeof answer['reason'] === 'string' ? answer['reason'] : 'unexpected'));
    };
    request.send(body);
  });
}

function read(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
