/** The stream of pokes of one device, and what each of them tells the engine. In the sync worker, of assemble.ts. */
import { toHex } from '../../../shared/crypto/bytes.ts';
import type { WatchResponse } from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { numberOf } from '../network/answers.ts';
import type { CloudClient } from '../network/cloud-client.ts';
import { lockstepError } from '../network/errors.ts';
import { openPokeStream, type PokeStream } from '../network/poke-stream.ts';
import { carry } from '../zones/carried.ts';
import type { ZoneContext } from '../zones/zone-call.ts';
import { codeOf } from './failure-kind.ts';
import type { FailureLog } from './failure-log.ts';
import type { Runner } from './runner.ts';

export type LiveStreamOptions = {
  ctx: ZoneContext;
  runner(): Pick<Runner, 'state' | 'dispatch'>;
  failures: FailureLog;
};

export class LiveStream {
  readonly #options: LiveStreamOptions;
  #stream: PokeStream | null = null;
  #withMessages = false;

  constructor(options: LiveStreamOptions) {
    this.#options = options;
  }

  /** In place of the one before. Where nobody is signed in there is none. */
  open(): void {
    this.close();
    const { ctx, failures } = this.#options;
    const runner = this.#options.runner();
    let cloud: CloudClient;
    try {
      cloud = ctx.cloud;
    } catch {
      return;
    }
    this.#withMessages = runner.state.switch !== 'off';
    this.#stream = openPokeStream({
      cloud,
      // Of a zone in which it takes no part a device is told where it stands, and no more.
      carry: this.#withMessages ? [Zone.ACCOUNT, Zone.MESSAGES] : [Zone.ACCOUNT],
      timers: ctx.timers,
      onPoke: (poke) => this.#heard(poke),
      onClosed: (error) => {
        this.#stream = null;
        if (error !== null) failures.note('stream', runner.state.stream, codeOf(error));
        runner.dispatch({ type: 'streamClosed', retryAfterMs: lockstepError(error)?.retryAfterMs ?? 0 });
      },
    });
  }

  close(): void {
    this.#stream?.close();
    this.#stream = null;
  }

  /** Where the switch was turned: another stream, which begins with the heads. */
  followSwitch(): void {
    const withMessages = this.#options.runner().state.switch !== 'off';
    if (this.#stream !== null && this.#withMessages !== withMessages) this.open();
  }

  #heard(poke: WatchResponse['poke']): void {
    const { ctx } = this.#options;
    const runner = this.#options.runner();
    if (runner.state.stream !== 'open') {
      runner.dispatch({ type: 'streamOpened' });
    }
    switch (poke.case) {
      case 'zone': {
        const zone = poke.value.zone === Zone.ACCOUNT ? 'account' : 'messages';
        const { purgeId } = poke.value;
        carry(ctx, zone, poke.value);
        runner.dispatch({
          type: 'zonePoke',
          zone,
          head: numberOf(poke.value.head),
          purgeId: purgeId.length === 16 ? toHex(purgeId) : null,
        });
        return;
      }
      case 'mailbox':
        runner.dispatch({ type: 'mailPoke' });
        return;
      case 'keyring':
        runner.dispatch({ type: 'keyringPoke' });
        return;
      case 'beat':
        ctx.signal({ type: 'cloudTime', cloudMs: numberOf(poke.value.timeMs) });
        return;
      case 'revoked':
        // The next call says whether the device was removed, and by what.
        runner.dispatch({ type: 'keyringPoke' });
        return;
      default:
        return;
    }
  }
}
