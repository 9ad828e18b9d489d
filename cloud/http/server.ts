/**
 * The cloud as a function from Request to Response: hono for the paths, Connect for the calls, and what must be decided
 * before Connect sees a body (its size, whether it decodes) or after it (the one error detail, the status, the log line).
 *
 * [Note: errors before and after Connect] Left alone, Connect answers an oversized body with 429 and an undecodable one
 * with 500, which read like "try again". So the body is read and decoded here first; Connect gets bytes that fit.
 */
import { fromBinary, fromJsonString } from '@bufbuild/protobuf';
import {
  ConnectError,
  type ConnectRouter,
  createConnectRouter,
  createContextValues,
  type Interceptor,
} from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { Hono } from 'hono';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { readBody } from './body.ts';
import { type Call, callKey } from './call.ts';
import {
  asCloudError,
  CloudError,
  httpStatus,
  malformed,
  toConnectError,
  toErrorResponse,
  unavailable,
} from './errors.ts';
import { describeFault, type Log } from './log.ts';

export type Peer = { address?: string | undefined };

export type ServerOptions = {
  services: (router: ConnectRouter) => void;
  /** Largest body of each method by its full name; `other` for the rest. */
  bodyLimits: { [method: string]: number } & { other: number };
  healthy: () => boolean;
  /** What has to be settled before any call sees the database. */
  beforeCall?: () => void;
  now: () => number;
  random: (length: number) => Uint8Array;
  log: Log;
};

export type Server = {
  fetch(request: Request, peer?: Peer): Promise<Response>;
  /** From now on new requests are refused; resolves when the ones under way have been answered. */
  drain(): Promise<void>;
};

/** Connect's refusals are the caller's doing, not a fault of the cloud's. */
const isRefusalOfConnect = (thrown: unknown): boolean =>
  thrown instanceof ConnectError && asCloudError(thrown).code !== ErrorCode.INTERNAL;

type Env = { Bindings: { peer: Peer } };

const bearerOf = (request: Request): string | undefined =>
  /^Bearer ([\w-]+)$/.exec(request.headers.get('authorization') ?? '')?.[1];

const unaryTypes = new Set(['application/proto', 'application/json']);
const streamTypes = new Set(['application/connect+proto', 'application/connect+json']);

/** Throws `malformed` unless the body is one message of this method's input. */
const checkDecodes = (handler: UniversalHandler, contentType: string, body: Uint8Array): void => {
  const streaming = handler.method.methodKind !== 'unary';
  if (!(streaming ? streamTypes : unaryTypes).has(contentType)) {
    throw malformed(`Content-Type has to be ${[...(streaming ? streamTypes : unaryTypes)].join(' or ')}.`);
  }
  let message = body;
  if (streaming) {
    const length = body.length < 5 ? -1 : new DataView(body.buffer, body.byteOffset).getUint32(1);
    if (body[0] !== 0 || length !== body.length - 5)
      throw malformed('The body is not one enveloped message.');
    message = body.subarray(5);
  }
  try {
    if (contentType.endsWith('json'))
      fromJsonString(handler.method.input, new TextDecoder().decode(message), { ignoreUnknownFields: true });
    else fromBinary(handler.method.input, message);
  } catch {
    throw malformed('The body does not decode.');
  }
};

/** A body that ends its call when nobody reads it any more. */
const responseBody = (
  body: AsyncIterable<Uint8Array>,
  gone: AbortController,
  done: () => void,
): ReadableStream<Uint8Array> => {
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await chunks.next();
          if (!next.done) return controller.enqueue(next.value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        done();
      },
      cancel() {
        gone.abort();
        done();
        // Lets the generators run to their end; nobody is there to be told.
        chunks.return?.().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
};

export const createServer = (options: ServerOptions): Server => {
  const { now, log } = options;
  let draining = false;
  let underWay = 0;
  let drained: (() => void) | undefined;

  const fail = (call: Call, method: string, thrown: unknown): CloudError => {
    const error = asCloudError(thrown);
    call.failure = error;
    if (!(thrown instanceof CloudError) && !isRefusalOfConnect(thrown)) {
      log({ level: 'error', event: 'fault', method, request_id: call.requestId, ...describeFault(thrown) });
    }
    return error;
  };

  const errors: Interceptor = (next) => async (request) => {
    const call = request.contextValues.get(callKey);
    if (call === undefined) throw new Error('a call without its context');
    const circumstances = () => ({ requestId: call.requestId, nowMs: now() });
    try {
      const response = await next(request);
      if (!response.stream) return response;
      const messages = response.message;
      const guarded = async function* () {
        try {
          yield* messages;
        } catch (thrown) {
          throw toConnectError(fail(call, request.method.name, thrown), circumstances());
        }
      };
      return { ...response, message: guarded() };
    } catch (thrown) {
      throw toConnectError(fail(call, request.method.name, thrown), circumstances());
    }
  };

  const router = createConnectRouter({
    grpc: false,
    grpcWeb: false,
    acceptCompression: [],
    interceptors: [errors],
  });
  options.services(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  const answer = async (
    handler: UniversalHandler,
    request: Request,
    call: Call,
    gone: AbortController,
    done: () => void,
  ): Promise<Response> => {
    const method = `${handler.service.typeName}/${handler.method.name}`;
    if (request.method !== 'POST') throw malformed('Calls are made with POST.');
    if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity')
      throw malformed('Compressed bodies are not taken.');
    const limit = options.bodyLimits[method] ?? options.bodyLimits.other;
    const contentType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    const body = await readBody(request, limit);
    checkDecodes(handler, contentType, body);
    const contextValues = createContextValues().set(callKey, call);
    const response: UniversalServerResponse = await handler({
      httpVersion: '1.1',
      method: request.method,
      url: request.url,
      header: request.headers,
      body: (async function* () {
        yield body;
      })(),
      signal: gone.signal,
      contextValues,
    });
    const status = call.failure === undefined ? response.status : httpStatus(call.failure.code);
    const streaming = handler.method.methodKind !== 'unary';
    if (call.failure === undefined && !streaming && response.status !== 200)
      throw malformed('The call does not follow the protocol.');
    const headers = response.header ?? new Headers();
    if (streaming && response.body !== undefined) {
      gone.signal.addEventListener('abort', done, { once: true });
      return new Response(responseBody(response.body, gone, done), { status: response.status, headers });
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) chunks.push(chunk);
    done();
    return new Response(new Uint8Array(Buffer.concat(chunks)), { status, headers });
  };

  const app = new Hono<Env>();
  app.get('/healthz', (c) => (options.healthy() && !draining ? c.text('ok') : c.text('unavailable', 503)));
  app.all('*', async (c) => {
    const request = c.req.raw;
    const started = now();
    const handler = handlers.get(new URL(request.url).pathname);
    const gone = new AbortController();
    const onAbort = () => gone.abort();
    request.signal.addEventListener('abort', onAbort, { once: true });
    if (request.signal.aborted) gone.abort();
    const call: Call = {
      requestId: Buffer.from(options.random(9)).toString('base64url'),
      address: c.env.peer.address,
      bearer: bearerOf(request),
      signal: gone.signal,
    };
    const method = handler === undefined ? 'unknown' : `${handler.service.name}/${handler.method.name}`;
    // Streams are not waited for: the hub ends them, and one whose reader has stalled must not hold up a shutdown.
    const waitedFor = handler?.method.methodKind === 'unary';
    if (waitedFor) underWay += 1;
    let open = true;
    const done = () => {
      if (!open) return;
      open = false;
      request.signal.removeEventListener('abort', onAbort);
      log({
        level: 'info',
        event: 'request',
        method,
        request_id: call.requestId,
        code: call.failure === undefined ? 'OK' : ErrorCode[call.failure.code],
        ms: now() - started,
      });
      if (waitedFor) underWay -= 1;
      if (underWay === 0) drained?.();
    };
    try {
      if (draining) throw unavailable('The cloud is shutting down.', 2_000);
      if (handler === undefined) throw malformed('There is no such call.');
      options.beforeCall?.();
      return await answer(handler, request, call, gone, done);
    } catch (thrown) {
      const response = toErrorResponse(fail(call, method, thrown), {
        requestId: call.requestId,
        nowMs: now(),
      });
      done();
      return response;
    }
  });

  return {
    fetch: async (request, peer = {}) => app.fetch(request, { peer }),
    drain: async () => {
      draining = true;
      if (underWay > 0) await new Promise<void>((resolve) => (drained = resolve));
    },
  };
};
