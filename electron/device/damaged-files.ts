/**
 * `GET /damaged/<name>`: a damaged database as it was set aside, to save somewhere else. It is encrypted; the key stays on this device.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { failureOf } from '../api/failure.ts';
import { listSetAside } from '../store/damage/set-aside.ts';
import { accountStoreOf, type CallContext } from './calls/context.ts';

const NEVER_KEPT = { 'cache-control': 'no-store' };

export function serveDamaged(context: CallContext, request: Request): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response(null, { status: 405, headers: { allow: 'GET, HEAD', ...NEVER_KEPT } });
  try {
    accountStoreOf(context);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return new Response(null, { status: failure.reason === 'signedOut' ? 401 : 503, headers: NEVER_KEPT });
  }
  const { databasePath } = context.profile;
  const name = new URL(request.url).pathname.split('/')[2] ?? '';
  const one = listSetAside(databasePath).find((other) => other.name === name);
  const path = one === undefined ? '' : join(one.folder, basename(databasePath));
  if (path === '' || !existsSync(path)) return new Response(null, { status: 404, headers: NEVER_KEPT });
  const headers = {
    ...NEVER_KEPT,
    'content-type': 'application/octet-stream',
    'content-length': String(statSync(path).size),
    'content-disposition': `attachment; filename="${name}.db"`,
  };
  if (request.method === 'HEAD') return new Response(null, { headers });
  return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, { headers });
}
