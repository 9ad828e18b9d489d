/**
 * The cloud as a function from Request to Response: what is decided before a call (its size, whether it decodes) and after it (the one
 * error detail, the status, the log line). The calls themselves are in services.ts.
 *
 * [Note: nothing between] A call of one record is answered in a few hundred microseconds, so nothing stands here that is not needed: no
 * router but one map, bodies of a known length read at once, answers as bytes that @hono/node-server writes without a stream.
 */
import type { Message } from '@bufbuild/protobuf';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { readBody } from './body.ts';
import type { Call } from './call.ts';
import {
  asCloudError,
  CloudError,
  errorBody,
  errorHeaders,
  malformed,
  toErrorResponse,
  unavailable,
} from './errors.ts';
import { describeFault, type Log } from './log.ts';
import {
  checkContentType,
  collectMethods,
  endFrame,
  type Feed,
  type Frame,
  frameOf,
  jsonFrameOf,
  type Method,
  readMessage,
  type Services,
  writeMessage,
} from './services.ts';

export type Peer = { address?: string | undefined };

type Limits = { [method: string]: number } & { other: number };

export type ServerOptions = {
  services: (services: Services) => void;
  /** Largest body of each method by its full name; `other` for the rest. */
  bodyLimits: Limits;
  /** The same of the fields in it. [Note: many small fields] */
  fieldLimits: Limits;
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

const bearerOf = (request: Request): string | undefined =>
  /^Bearer ([\w-]+)$/.exec(request.headers.get('authorization') ?? '')?.[1];

/** What stands between the host and a query, taken from where it is needed: a URL parsed anew costs more than the look-up. */
const pathOf = (url: string): string => {
  const from = url.indexOf('/', url.indexOf('://') + 3);
  if (from < 0) return '/';
  const query = url.indexOf('?', from);
  return query < 0 ? url.slice(from) : url.slice(from, query);
};

/** What Connect's protocol lets a caller say beside the message. Every call is done at once, so a time limit is over or it is not. */
const checkProtocol = (request: Request): void => {
  const version = request.headers.get('connect-protocol-version');
  if (version !== null && version !== '1') throw malformed('The call does not follow the protocol.');
  const timeout = request.headers.get('connect-timeout-ms');
  if (timeout === null) return;
  if (!/^\d{1,10}$/.test(timeout)) throw malformed('The call does not follow the protocol.');
  if (Number(timeout) === 0) throw unavailable('The call ran out of the time it was given.', 1_000);
};

const isFrame = (one: Message | Frame): one is Frame => 'frame' in one;

export const createServer = (options: ServerOptions): Server => {
  const { now, log } = options;
  const methods = collectMethods(options.services);
  let draining = false;
  let underWay = 0;
  let drained: (() => void) | undefined;

  const fail = (call: Call, method: string, thrown: unknown): CloudError => {
    const error = asCloudError(thrown);
    call.failure = error;
    if (!(thrown instanceof CloudError)) {
      log({ level: 'error', event: 'fault', method, request_id: call.requestId, ...describeFault(thrown) });
    }
    return error;
  };
  const about = (call: Call) => ({ requestId: call.requestId, nowMs: now() });

  /** A body that asks its feed whenever its reader has room, and ends with its reader, its request or its feed. */
  const streamed = (
    method: Extract<Method, { streaming: true }>,
    contentType: string,
    message: Message,
    request: Request,
    call: Call,
    done: () => void,
  ): Response => {
    const json = contentType.endsWith('json');
    const encode = (one: Message | Frame): Uint8Array => {
      if (json) return jsonFrameOf(method.desc, isFrame(one) ? one.message : one);
      return isFrame(one) ? one.frame : frameOf(method.desc, one);
    };
    let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
    let feed: Feed<Message> | null = null;
    let room = false;
    const over = (): void => {
      request.signal.removeEventListener('abort', over);
      feed?.left();
      feed = null;
      done();
    };
    const end = (last: Uint8Array): void => {
      controller?.enqueue(last);
      controller?.close();
      over();
    };
    const refuse = (thrown: unknown): Uint8Array => {
      const error = fail(call, method.name, thrown);
      return endFrame(errorBody(error, about(call)), errorHeaders(error));
    };
    const look = (): void => {
      if (!room || feed === null) return;
      try {
        const taken = feed.take();
        if (taken === null) return;
        room = false;
        if (taken === 'end') end(endFrame());
        else controller?.enqueue(joined(taken.map(encode)));
      } catch (thrown) {
        end(refuse(thrown));
      }
    };
    let refused: Uint8Array | null = null;
    try {
      feed = method.open(message, call, look);
    } catch (thrown) {
      refused = refuse(thrown);
    }
    request.signal.addEventListener('abort', over);
    if (request.signal.aborted) over();
    const body = new ReadableStream<Uint8Array>(
      {
        start: (given) => {
          controller = given;
        },
        pull: () => {
          room = true;
          if (refused !== null) end(refused);
          else look();
        },
        // Nobody is there to be told.
        cancel: over,
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status: 200, headers: { 'content-type': contentType } });
  };

  const answer = async (
    method: Method | undefined,
    request: Request,
    call: Call,
    done: () => void,
  ): Promise<Response> => {
    if (draining) throw unavailable('The cloud is shutting down.', 2_000);
    if (method === undefined) throw malformed('There is no such call.');
    options.beforeCall?.();
    if (request.method !== 'POST') throw malformed('Calls are made with POST.');
    if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity')
      throw malformed('Compressed bodies are not taken.');
    const contentType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    checkContentType(method, contentType);
    // A stream says its refusals in itself, when its message is there: that is a small one.
    if (!method.streaming) method.admit?.(call);
    const limit = options.bodyLimits[method.fullName] ?? options.bodyLimits.other;
    const most = options.fieldLimits[method.fullName] ?? options.fieldLimits.other;
    const body = await readBody(request, limit);
    const message = readMessage(method, contentType, body, most);
    checkProtocol(request);
    if (method.streaming) return streamed(method, contentType, message, request, call, done);
    const given = await method.answer(message, call);
    const response = new Response(writeMessage(method, contentType, given), {
      status: 200,
      headers: { 'content-type': contentType },
    });
    done();
    return response;
  };

  const handle = async (request: Request, peer: Peer): Promise<Response> => {
    const path = pathOf(request.url);
    if (path === '/healthz' && request.method === 'GET')
      return options.healthy() && !draining
        ? new Response('ok')
        : new Response('unavailable', { status: 503 });
    const started = now();
    const method = methods.get(path);
    const call: Call = {
      requestId: Buffer.from(options.random(9)).toString('base64url'),
      address: peer.address,
      bearer: bearerOf(request),
    };
    const name = method?.name ?? 'unknown';
    // Streams are not waited for: the hub ends them, and one whose reader has stalled must not hold up a shutdown.
    const waitedFor = method?.streaming === false;
    if (waitedFor) underWay += 1;
    let open = true;
    const done = () => {
      if (!open) return;
      open = false;
      log({
        level: 'info',
        event: 'request',
        method: name,
        request_id: call.requestId,
        code: call.failure === undefined ? 'OK' : ErrorCode[call.failure.code],
        ms: now() - started,
      });
      if (waitedFor) underWay -= 1;
      if (underWay === 0) drained?.();
    };
    try {
      return await answer(method, request, call, done);
    } catch (thrown) {
      const response = toErrorResponse(fail(call, name, thrown), about(call));
      done();
      return response;
    }
  };

  return {
    fetch: (request, peer = {}) => handle(request, peer),
    drain: async () => {
      draining = true;
      if (underWay > 0) await new Promise<void>((resolve) => (drained = resolve));
    },
  };
};

const joined = (frames: Uint8Array[]): Uint8Array =>
  frames.length === 1 && frames[0] !== undefined ? frames[0] : new Uint8Array(Buffer.concat(frames));
