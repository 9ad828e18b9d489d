/**
 * The far end of one device's line: an honest cloud that may crash at the very moment of a request, or one that has turned hostile for this
 * device. Between network.ts, which loses and delays what travels, and the cloud itself.
 */
import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { Asking } from './asking.ts';
import { closed, isOpenable, type Memory, opened, withBody, zoneOf } from './hostile-answers.ts';
import type { Scene, Trick } from './hostile-tricks.ts';
import { callOf } from './kill-points.ts';
import type { Far } from './network.ts';
import { bare, quiet } from './poke-frames.ts';
import type { SimCloud } from './sim-cloud.ts';

const MINUTE = 60_000;

/** What a hostile cloud does to this device. */
export type Deceit = {
  trick: Trick;
  scene: Scene;
  /** Another copy of the cloud, of a trick that answers from elsewhere. */
  copy: SimCloud | null;
  /** How often the device was lied to. */
  bites: number;
};

export class FarSide implements Far {
  deceit: Deceit | null = null;
  /** Of a story with a hostile cloud: it remembers what it has said to whom. */
  memory: { of: Memory; account: string; device: string } | null = null;
  /** Called with each push on its way, before the cloud sees it. */
  beforePush: (() => Promise<void>) | null = null;
  /** In one minute. */
  readonly asking: Asking;
  readonly #cloud: SimCloud;
  readonly #now: () => number;
  readonly #count: (fault: string) => void;

  /** `short`: pages are. */
  constructor(cloud: SimCloud, now: () => number, count: (fault: string) => void, short: boolean) {
    this.asking = new Asking(MINUTE, short);
    this.#cloud = cloud;
    this.#now = now;
    this.#count = count;
  }

  get life(): number {
    return this.#cloud.life;
  }

  async fetch(request: Request): Promise<Response> {
    this.asking.note(request, this.#now());
    const call = callOf(request.url);
    if (call === 'Push' && this.beforePush !== null) {
      const before = this.beforePush;
      this.beforePush = null;
      await before();
    }
    if (this.#cloud.crashesAt('before', call)) {
      this.#count('fault: cloud crashed before commit');
      throw new TypeError('fetch failed');
    }
    const { deceit } = this;
    const response =
      deceit === null && this.memory === null
        ? await this.#cloud.fetch(request)
        : await this.#hostile(request, call, deceit);
    if (this.#cloud.crashesAt('after', call)) {
      this.#count('fault: cloud crashed after commit');
      await response.body?.cancel();
      throw new TypeError('fetch failed');
    }
    return response;
  }

  async #hostile(request: Request, call: string, deceit: Deceit | null): Promise<Response> {
    const zone = zoneOf(new Uint8Array(await request.clone().arrayBuffer()), request.url);
    const elsewhere = deceit?.trick.elsewhere;
    const there = elsewhere === 'everything' || (elsewhere !== undefined && zone === Zone.MESSAGES);
    const cloud = there && deceit?.copy != null ? deceit.copy : this.#cloud;
    const response = await cloud.fetch(request);
    if (call === 'Watch')
      return deceit?.trick.silent === true ? quiet(response, () => this.#bit(deceit)) : bare(response);
    if (!isOpenable(call, response)) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const answer = opened(call, zone, bytes);
    const asItIs = withBody(response, bytes);
    if (this.memory !== null && deceit === null) {
      this.memory.of.keep(this.memory.account, this.memory.device, answer);
      return asItIs;
    }
    if (deceit === null) return asItIs;
    if (there) {
      const head =
        answer.call === 'Changes' || answer.call === 'OpenZone' ? answer.message.state?.head : undefined;
      if (elsewhere === 'messages zone' || (head !== undefined && Number(head) < deceit.scene.known(zone)))
        this.#bit(deceit);
      return asItIs;
    }
    if (deceit.trick.change === undefined) return asItIs;
    if (deceit.trick.change(answer, deceit.scene)) this.#bit(deceit);
    return closed(answer, response);
  }

  #bit(deceit: Deceit): void {
    deceit.bites += 1;
    this.#count(`fault: hostile cloud ${deceit.trick.name}`);
  }
}
