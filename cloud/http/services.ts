/**
 * The calls there are and what answers each: services of the .proto files with plain functions behind them. Written out here rather than
 * taken from Connect's own server, which runs four generators and decodes twice for a call: half of what a small push cost. The wire is
 * Connect's all the same (https://connectrpc.com/docs/protocol), and devices use its client.
 */
import {
  create,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  fromJsonString,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
  toJsonString,
} from '@bufbuild/protobuf';
import { framed, LAST_FRAME } from '../../shared/proto/frames.ts';
import type { Call } from './call.ts';
import { malformed, tooLarge } from './errors.ts';
import { moreFieldsThan, moreValuesThan } from './fields.ts';

/**
 * What a stream has to say. It is asked when its reader has room, so of one who stalls nothing piles up: null is "nothing now", and
 * `news` is called when there is. `left`: nobody listens any more.
 */
export type Feed<Output> = { take(): (Output | Frame<Output>)[] | 'end' | null; left(): void };
/** A message that was encoded already (not as JSON), for all who are told the same. */
export type Frame<Output = Message> = { readonly message: Output; readonly frame: Uint8Array };

/** What a guard says before the body is read: throws for whoever may not make the call. */
export type Guarded = { readonly admit?: (call: Call) => void };

type Handler<M> = Guarded & Answers<M>;

type Answers<M> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, call: Call) => MessageInitShape<O> | Promise<MessageInitShape<O>>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, call: Call, news: () => void) => Feed<MessageShape<O>>
      : never;

export type Handlers<S extends DescService> = { [N in keyof S['method']]: Handler<S['method'][N]> };

export type Services = { service<S extends DescService>(service: S, handlers: Partial<Handlers<S>>): void };

type Described = { readonly name: string; readonly fullName: string; readonly desc: DescMethod };

export type Method = Described &
  Guarded &
  (
    | { readonly streaming: false; answer(request: Message, call: Call): Message | Promise<Message> }
    | { readonly streaming: true; open(request: Message, call: Call, news: () => void): Feed<Message> }
  );

/** By path. */
export const collectMethods = (add: (services: Services) => void): Map<string, Method> => {
  const methods = new Map<string, Method>();
  add({
    service(service, handlers) {
      for (const desc of service.methods) {
        const handler = (handlers as Record<string, unknown>)[desc.localName];
        if (handler === undefined) continue;
        const fullName = `${service.typeName}/${desc.name}`;
        const { admit } = handler as Guarded;
        const both = {
          name: `${service.name}/${desc.name}`,
          fullName,
          desc,
          ...(admit === undefined ? {} : { admit }),
        };
        methods.set(
          `/${fullName}`,
          desc.methodKind === 'unary' ? unary(both, handler) : stream(both, handler),
        );
      }
    },
  });
  return methods;
};

type Both = Described & Guarded;

const unary = (both: Both, handler: unknown): Method => {
  const call = handler as (request: Message, call: Call) => Message | Promise<Message>;
  const whole = (answer: Message): Message => create(both.desc.output, answer);
  return {
    ...both,
    streaming: false,
    answer: (request, about) => {
      const answer = call(request, about);
      return answer instanceof Promise ? answer.then(whole) : whole(answer);
    },
  };
};

const stream = (both: Both, handler: unknown): Method => ({
  ...both,
  streaming: true,
  open: handler as Extract<Method, { streaming: true }>['open'],
});

const UNARY = ['application/proto', 'application/json'];
const STREAM = ['application/connect+proto', 'application/connect+json'];

export const checkContentType = ({ streaming }: Method, contentType: string): void => {
  const types = streaming ? STREAM : UNARY;
  if (!types.includes(contentType)) throw malformed(`Content-Type has to be ${types.join(' or ')}.`);
};

const decoding = <T>(work: () => T): T => {
  try {
    return work();
  } catch {
    throw malformed('The body does not decode.');
  }
};

/** The request's one message. Throws `malformed` unless the body is that, and `too_large` when it has more than `most` fields. */
export const readMessage = (method: Method, contentType: string, body: Uint8Array, most: number): Message => {
  let message = body;
  if (method.streaming) {
    const length = body.length < 5 ? -1 : new DataView(body.buffer, body.byteOffset).getUint32(1);
    if (body[0] !== 0 || length !== body.length - 5)
      throw malformed('The body is not one enveloped message.');
    message = body.subarray(5);
  }
  const json = contentType.endsWith('json');
  const { input } = method.desc;
  if (decoding(() => (json ? moreValuesThan(most, message) : moreFieldsThan(most, input, message))))
    throw tooLarge(`The body may have at most ${most} fields here.`);
  return decoding(() =>
    json
      ? fromJsonString(input, new TextDecoder().decode(message), { ignoreUnknownFields: true })
      : fromBinary(input, message),
  );
};

export const writeMessage = (
  method: Method,
  contentType: string,
  message: Message,
): Uint8Array<ArrayBuffer> | string =>
  contentType.endsWith('json')
    ? toJsonString(method.desc.output, message)
    : (toBinary(method.desc.output, message) as Uint8Array<ArrayBuffer>);

export const frameOf = (desc: DescMethod, message: Message): Uint8Array =>
  framed(0, toBinary(desc.output, message));

export const jsonFrameOf = (desc: DescMethod, message: Message): Uint8Array =>
  framed(0, new TextEncoder().encode(toJsonString(desc.output, message)));

/** `error` as in a refusal's body; what would be headers goes along as metadata. */
export const endFrame = (
  error?: { code: string; message: string; details: object[] },
  headers: Record<string, string> = {},
): Uint8Array => {
  const metadata = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return framed(
    LAST_FRAME,
    new TextEncoder().encode(JSON.stringify(error === undefined ? {} : { error, metadata })),
  );
};
