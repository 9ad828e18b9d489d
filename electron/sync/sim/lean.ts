/**
 * Requests and answers of a simulation: what the cloud and the device's transport use of `Request` and `Response`, with the bytes at hand.
 * The platform's own make a stream, a chain of signals and a header list for each, which took a tenth of a simulation's time. Streams, and
 * whatever is asked of an answer beside what is here, are the platform's. For a simulation's process alone.
 */

/** A call of one message, as it goes to `Cloud.fetch`. */
export class LeanRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(url: string, init: RequestInit & { body: Uint8Array<ArrayBuffer>; signal: AbortSignal }) {
    this.url = url;
    this.method = init.method ?? 'GET';
    this.headers = init.headers instanceof Headers ? init.headers : new Headers(init.headers);
    this.headers.set('content-length', String(init.body.length));
    this.signal = init.signal;
    this.#bytes = init.body;
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return new Real(this.#bytes).body;
  }
  /** At once: whoever only looks must not make a story wait. */
  get sent(): Uint8Array {
    return this.#bytes;
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }
  clone(): LeanRequest {
    return this;
  }
}

/** Only the cloud, the transport and the network of a simulation write them: names and values are as they should be. */
class LeanHeaders {
  readonly #values = new Map<string, string>();
  constructor(init: Iterable<[string, string]> | Record<string, string> = []) {
    const pairs = Symbol.iterator in init ? (init as Iterable<[string, string]>) : Object.entries(init);
    for (const [name, value] of pairs) this.#values.set(name.toLowerCase(), value);
  }
  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }
  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }
  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value);
  }
  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }
  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }
  forEach(work: (value: string, name: string) => void): void {
    for (const [name, value] of this.#values) work(value, name);
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values[Symbol.iterator]();
  }
}

const Real = globalThis.Response;
const NOTHING = new Uint8Array();

class LeanResponse {
  readonly status: number;
  readonly headers: LeanHeaders;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>, init: ResponseInit) {
    this.status = init.status ?? 200;
    this.headers = new LeanHeaders(init.headers as Iterable<[string, string]> | undefined);
    this.#bytes = bytes;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return new Real(this.#bytes).body;
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }
  async text(): Promise<string> {
    return new TextDecoder().decode(this.#bytes);
  }
  async json(): Promise<unknown> {
    return JSON.parse(new TextDecoder().decode(this.#bytes));
  }
}

/**
 * Once per process: from then on `new Response(bytes)` is a lean one, and one of anything else the platform's, which takes lean headers for a
 * list of pairs.
 */
export function leanResponses(): void {
  if (globalThis.Response !== Real) return;
  function lean(body?: ConstructorParameters<typeof Response>[0], init: ResponseInit = {}) {
    if (body === null || body === undefined) return new LeanResponse(NOTHING, init);
    if (body instanceof Uint8Array) return new LeanResponse(body as Uint8Array<ArrayBuffer>, init);
    return new Real(body, init);
  }
  lean.json = (value: unknown, init: ResponseInit = {}) =>
    new LeanResponse(new TextEncoder().encode(JSON.stringify(value)), {
      ...init,
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
    });
  lean.error = Real.error;
  lean.redirect = Real.redirect;
  globalThis.Response = lean as unknown as typeof Response;
  globalThis.Headers = LeanHeaders as unknown as typeof Headers;
}
