/**
 * The device's routes: `/rpc/*` the local API, `/attachments/*` the files in messages, `/damaged/*` damaged databases to save, and the renderer's files for the rest. Every answer
 * carries the security headers.
 */
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiCalls } from '../api/calls.ts';
import { appRouter } from '../api/router.ts';
import { createRendererFiles, SECURITY_HEADERS } from './renderer-files.ts';

const LARGEST_REQUEST = 2 * 1024 * 1024;

export type AppOptions = {
  calls: ApiCalls;
  attachments: {
    take(request: Request): Promise<Response>;
    serve(request: Request): Promise<Response>;
  };
  damaged(request: Request): Response;
  rendererDir: string;
  report: (path: string, error: unknown) => void;
};

export function createApp(options: AppOptions): Hono {
  const { calls, report } = options;
  const app = new Hono();
  const files = createRendererFiles(options.rendererDir);

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.res.headers.set(name, value);
  });
  app.use('/rpc/*', bodyLimit({ maxSize: LARGEST_REQUEST, onError: () => tooLarge() }));
  app.all('/rpc/*', async (context) => {
    const response = await fetchRequestHandler({
      endpoint: '/rpc',
      req: context.req.raw,
      router: appRouter,
      createContext: () => ({ calls, report }),
      allowMethodOverride: true,
      onError() {}, // reported by the procedures' middleware, without content
    });
    response.headers.set('cache-control', 'no-store');
    return response;
  });
  app.post('/attachments', (context) => options.attachments.take(context.req.raw));
  app.all('/attachments/*', (context) => options.attachments.serve(context.req.raw));
  app.all('/damaged/*', (context) => options.damaged(context.req.raw));
  app.all('*', (context) => files(context.req.raw));
  app.onError((error, context) => {
    report(new URL(context.req.url).pathname, error);
    return context.text('Something went wrong in Lockstep.\n', 500, { 'cache-control': 'no-store' });
  });
  return app;
}

function tooLarge(): Response {
  const error = {
    message: 'That is too much at once. Send it in parts.',
    code: -32013,
    data: { code: 'PAYLOAD_TOO_LARGE', httpStatus: 413, reason: 'tooLarge', retryAfterMs: null, about: null },
  };
  return Response.json({ error }, { status: 413, headers: { 'cache-control': 'no-store' } });
}
