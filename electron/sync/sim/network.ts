/** A device's line to the cloud: `cloud.fetch` with everything in between that networks do to a request. */
import type { Fetch } from '../network/cloud-client.ts';
import { Asking } from './asking.ts';
import { LeanRequest } from './lean.ts';
import type { SeededRandom } from './random.ts';
import type { World } from './world.ts';

export type Weather = {
  /** The request never arrives. */
  lost: number;
  /** It arrives, its answer does not. */
  answerLost: number;
  /** The answer breaks off in the middle. */
  truncated: number;
  /** Somebody in between answers instead: bytes that are no answer. */
  corrupted: number;
  /** "Come back later", before anything is done. */
  busy: number;
  /** It arrives twice, and the second answer counts. */
  duplicate: number;
  /** It takes up to this long, each way: requests overtake each other. */
  delayMs: number;
  /** Of answers that are on their way when their computer falls asleep: it had come, and is read when that wakes. The others are lost. */
  lies: number;
};

export const FINE: Weather = {
  lost: 0,
  answerLost: 0,
  truncated: 0,
  corrupted: 0,
  busy: 0,
  duplicate: 0,
  delayMs: 0,
  lies: 0,
};
export const STORM: Weather = {
  lost: 0.08,
  answerLost: 0.08,
  truncated: 0.03,
  corrupted: 0.02,
  busy: 0.05,
  duplicate: 0.05,
  delayMs: 400,
  lies: 0,
};
/** So slow that much is on its way when a computer falls asleep. */
export const DROWSY: Weather = { ...STORM, delayMs: 4_000, lies: 0.8 };

/** `circles`: this device asks and asks, with no time in between. `compared`: how often it asked for the list of all that there is. */
export type Line = { up: boolean; weather: Weather; circles?: boolean; compared?: number };

/**
 * So many requests of one device within so long are a circle; in stories as they should be there are up to forty. Where pages are short, a first
 * look through all that there is asks for hundreds of them at one moment, each another place: those do not count (asking.ts).
 */
const MOST_ASKED = 500;
const WITHIN_MS = 10_000;
const HOUR = 3_600_000;

/** Where requests go: a cloud that may crash while they are on their way (`life` rises then). */
export type Far = { readonly life: number; fetch(request: Request): Promise<Response> };

/** A stream's is the platform's own. */
function requestOf(input: Parameters<Fetch>[0], init: RequestInit | undefined): Request {
  const { body, signal } = init ?? {};
  if (typeof input !== 'string' || input.endsWith('/Watch') || !(body instanceof Uint8Array) || !signal)
    return new Request(input, init);
  const call = { ...init, body: body as Uint8Array<ArrayBuffer>, signal };
  return new LeanRequest(input, call) as unknown as Request;
}

/** Who gives up waits no longer for a cloud that has not answered yet, as with the platform's own fetch. What it answers is thrown away. */
function unlessAborted(answer: Promise<Response>, signal: AbortSignal): Promise<Response> {
  if (signal.aborted) {
    answer.catch(() => {});
    return Promise.reject(new TypeError('aborted'));
  }
  return new Promise((resolve, reject) => {
    const give = () => reject(new TypeError('aborted'));
    signal.addEventListener('abort', give, { once: true });
    answer.then((response) => {
      signal.removeEventListener('abort', give);
      if (signal.aborted) void response.body?.cancel();
      else resolve(response);
    }, reject);
  });
}

/** `line` may be changed while it runs. `count` hears of each fault. `short`: pages are. */
export function lineTo(
  far: Far,
  line: Line,
  world: World,
  random: SeededRandom,
  count: (fault: string) => void,
  short = false,
): Fetch {
  const fails = (fault: string): never => {
    count(`fault: ${fault}`);
    throw new TypeError('fetch failed');
  };
  const travels = async (request: Request): Promise<void> => {
    const ms = random.below(line.weather.delayMs + 1);
    if (ms > 0) count('fault: delayed');
    await world.sleep(ms, request.signal);
  };
  let asked = 0;
  let newest = 0;
  const asking = new Asking(WITHIN_MS, short);
  /** Whatever goes round in a circle is held there: a story must come to its end. */
  const holdCircles = async (request: Request): Promise<void> => {
    if (asking.note(request, world.now) <= MOST_ASKED) return;
    line.circles = true;
    await world.sleep(HOUR, request.signal);
  };
  return async (input, init) => {
    asked += 1;
    const number = asked;
    const request = requestOf(input, init);
    await holdCircles(request);
    const stream = request.url.endsWith('/Watch');
    count('request');
    if (request.url.endsWith('/Inventory')) line.compared = (line.compared ?? 0) + 1;
    const { life } = far;
    // No connection outlives the sleep of its computer: a request that comes after a month is nobody's (SPEC OUT-26 is about the next one).
    const { sleeps } = world;
    await travels(request);
    if (!line.up) {
      throw new TypeError('fetch failed');
    }
    const { weather } = line;
    if (world.sleeps !== sleeps) fails('request lost');
    if (far.life !== life) fails('cloud crashed before commit');
    if (random.chance(weather.lost)) fails('request lost');
    if (!stream && random.chance(weather.busy)) {
      count('fault: busy');
      const status = random.pick([429, 503]);
      return new Response(null, { status, headers: { 'retry-after': '2' } });
    }
    if (!stream && random.chance(weather.duplicate)) {
      count('fault: duplicate');
      const first = await unlessAborted(far.fetch(request.clone()), request.signal);
      await first.body?.cancel();
      await travels(request);
      // The cloud has forgotten the first by then, and would do it once more.
      if (world.sleeps !== sleeps) fails('request lost');
    }
    const answered = far.life;
    const response = await unlessAborted(far.fetch(request), request.signal);
    await travels(request);
    const end = async (fault: string) => {
      await response.body?.cancel();
      fails(fault);
    };
    if (far.life !== answered) await end('cloud crashed after commit');
    if (!line.up) await end('cut off before the answer');
    if (world.sleeps !== sleeps) {
      if (weather.lies === 0 || !random.chance(weather.lies)) await end('cut off before the answer');
      count('fault: answer read after a sleep');
    }
    if (number < newest) count('fault: reordered');
    else newest = number;
    if (random.chance(weather.answerLost)) await end('answer lost');
    if (!stream && random.chance(weather.truncated)) {
      count('fault: answer truncated');
      return truncated(response, random);
    }
    if (!stream && random.chance(weather.corrupted)) {
      count('fault: answer corrupted');
      await response.body?.cancel();
      return nonsense(response, random);
    }
    const isUp = () => line.up && far.life === answered;
    return stream ? alongLine(response, isUp, () => travels(request)) : response;
  };
}

/** A stream goes along the line as long as that is up: what it brings travels, and with the line, or the cloud that sent it, it breaks. */
export function alongLine(
  response: Response,
  isUp: () => boolean,
  travels: () => Promise<void> = async () => {},
): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return response;
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) await travels();
        if (!isUp()) {
          await reader.cancel();
          controller.error(new TypeError('terminated'));
        } else if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  );
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

/** A part of the answer, then a broken connection. */
async function truncated(response: Response, random: SeededRandom): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const part = bytes.slice(0, random.below(bytes.length + 1));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (part.length > 0) controller.enqueue(part);
      controller.error(new TypeError('terminated'));
    },
  });
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

/** The page of a hotel's network, or noise. */
function nonsense(response: Response, random: SeededRandom): Response {
  if (random.chance(0.5)) {
    return new Response('<html>Welcome!</html>', {
      status: random.pick([200, 404, 502]),
      headers: { 'content-type': 'text/html' },
    });
  }
  const { status, headers } = response;
  return new Response(random.bytes(random.below(200)) as Uint8Array<ArrayBuffer>, { status, headers });
}
