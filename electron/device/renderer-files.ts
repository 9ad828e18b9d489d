/**
 * Serves the built renderer (`out/renderer`) with the headers that keep a page from doing what it was not built to
 * do. The files are listed once, at start: a request names one of them or gets 404, so no path can lead out of the
 * folder, however it is written.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

type File = { diskPath: string; type: string; immutable: boolean };

export type RendererFiles = (request: Request) => Response;

export function createRendererFiles(folder: string): RendererFiles {
  const files = listFiles(folder);
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(405, 'Method Not Allowed', { allow: 'GET, HEAD' });
    const { pathname } = new URL(request.url);
    const file = files.get(pathname === '/' ? '/index.html' : pathname);
    if (file === undefined) {
      return pathname === '/'
        ? plain(503, 'The renderer is not built. Run: npm start')
        : plain(404, 'Not Found');
    }
    const body = readFileSync(file.diskPath);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const headers = {
      'content-type': file.type,
      etag,
      'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
    return new Response(request.method === 'HEAD' ? null : body, {
      headers: { ...headers, 'content-length': String(body.length) },
    });
  };
}

/** Vite puts a hash of the content into the names under `assets/`: those never change. */
function listFiles(folder: string): Map<string, File> {
  const files = new Map<string, File>();
  const walk = (inside: string, at: string): void => {
    for (const entry of readdirSync(inside, { withFileTypes: true })) {
      const diskPath = path.join(inside, entry.name);
      const url = `${at}/${encodeURIComponent(entry.name)}`;
      const type = TYPES[path.extname(entry.name).toLowerCase()];
      if (entry.isDirectory()) walk(diskPath, url);
      // Source maps have no type here, and links are not followed.
      else if (entry.isFile() && type !== undefined) {
        files.set(url, { diskPath, type, immutable: url.startsWith('/assets/') });
      }
    }
  };
  if (existsSync(folder)) walk(folder, '');
  return files;
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}
