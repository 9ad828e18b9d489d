/**
 * How often a device asks its cloud (SPEC SIM-8, SIM-17). A piece of a file that is asked about, or put, or fetched for the first time within the while
 * does not count: how many there are is how many files there are. Where pages are short (SPEC SIM-50), what fits into one page of the app's own size takes as many as there
 * are records: of those, a place that is asked for the first time within the while, and since the device was started, is what there is to fetch, and does not count. Whoever goes round in a
 * circle comes by the same places again.
 */
import { callOf } from './kill-points.ts';
import { LeanRequest } from './lean.ts';

/** What goes on from place to place: each of them says in its bytes where it is. */
const PAGED: ReadonlySet<string> = new Set([
  'Acknowledge',
  'Backfill',
  'Changes',
  'Fetch',
  'Inventory',
  'Receive',
]);

/** The blob and the place in it stand in what comes first. */
const OF_FILES: ReadonlySet<string> = new Set(['GetBlob', 'PutBlob', 'StatBlobs']);
const NAMES_IT = 64;

export class Asking {
  /** The most within one while. */
  most = 0;
  #while = 0;
  #asked = 0;
  readonly #places = new Set<string>();
  readonly #ms: number;
  readonly #short: boolean;

  constructor(ms: number, short: boolean) {
    this.#ms = ms;
    this.#short = short;
  }

  /** How many count, of the while that it comes in. */
  note(request: Request, now: number): number {
    const current = Math.floor(now / this.#ms);
    if (current !== this.#while) {
      [this.#while, this.#asked] = [current, 0];
      this.#places.clear();
    }
    if (this.#isNewPlace(request)) return this.#asked;
    this.#asked += 1;
    this.most = Math.max(this.most, this.#asked);
    return this.#asked;
  }

  /** The device was started: what it had not ended it begins anew, and comes by the same places. */
  startsAnew(): void {
    this.#places.clear();
  }

  #isNewPlace(request: Request): boolean {
    const call = callOf(request.url);
    const ofFiles = OF_FILES.has(call);
    if (!(ofFiles || (this.#short && PAGED.has(call))) || !(request instanceof LeanRequest)) return false;
    const said = ofFiles ? request.sent.subarray(0, NAMES_IT) : request.sent;
    const place = `${call} ${Buffer.from(said).toString('latin1')}`;
    if (this.#places.has(place)) return false;
    this.#places.add(place);
    return true;
  }
}
