/**
 * From an envelope of the mailbox to a body whose signature holds (SPEC OUT-9, OUT-10, OUT-12). Asks the cloud where it must (a
 * keyring that is not here yet), so it runs outside of any transaction.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import type { DeviceLogState } from '../../../shared/crypto/device-log.ts';
import { openContent, openContentKey, verifyBody } from '../../../shared/crypto/envelopes.ts';
import { inboxKeyPair } from '../../../shared/crypto/epoch-keys.ts';
import { SealError } from '../../../shared/crypto/errors.ts';
import type { Signed } from '../../../shared/crypto/signing.ts';
import {
  DeviceLogEntrySchema,
  PublicKeyringSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import type { Envelope } from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import type { Body } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { getPin } from '../../store/pins.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { ownKeyring, refreshKeyring } from '../keyring/own.ts';
import { deviceLogOf, IdentityChanged, lookUp, memberOf, personOf } from '../keyring/people.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import { currentKeys } from '../zones/names.ts';
import { requireTime } from './authority.ts';
import { readBody } from './body.ts';
import { Refused } from './refused.ts';

export type MailEnvelope = Pick<
  Envelope,
  'senderAccountId' | 'sendId' | 'content' | 'epoch' | 'suite' | 'sealedKey'
> & { position: number; acceptedMs: number };

/** What a page's envelopes have in common: each keyring is asked for once. */
export class Opener {
  readonly #ctx: StepContext;
  readonly #inboxes = new Map<number, Uint8Array>();
  readonly #asked = new Set<string>();
  #own: { log: Signed[]; state: DeviceLogState } | null = null;

  constructor(ctx: StepContext) {
    this.#ctx = ctx;
  }

  /** Throws Refused; SyncFailure `identityChanged` when it must wait; or what the network says. */
  async open(envelope: MailEnvelope): Promise<Body> {
    requireTime(envelope.acceptedMs);
    const own = currentKeys(this.#ctx).accountId;
    const inboxSecret = await this.#inbox(envelope.epoch);
    const { bytes, signature } = await unseal(envelope, own, inboxSecret);
    let body: Body;
    try {
      body = readBody(bytes);
    } catch {
      throw new Refused('damaged', 'What was sealed is no envelope.');
    }
    if (!equalBytes(body.senderAccountId, envelope.senderAccountId)) {
      throw new Refused('otherSender', 'The cloud names another sender than the one who signed.');
    }
    const mine = body.addressees.find((addressee) => equalBytes(addressee.accountId, own));
    if (mine === undefined) throw new Refused('notAddressed', 'It was signed for others than this account.');
    if (mine.epoch !== envelope.epoch) throw new Refused('resealed', 'It was signed for another epoch.');
    await this.#checkSignature(body, bytes, signature, envelope.acceptedMs);
    return body;
  }

  async #inbox(epoch: number): Promise<Uint8Array> {
    const known = this.#inboxes.get(epoch);
    if (known !== undefined) return known;
    let key = currentKeys(this.#ctx).epochKey(epoch);
    if (key === undefined && this.#first('epochs')) {
      await refreshKeyring(this.#ctx);
      this.#own = null;
      key = currentKeys(this.#ctx).epochKey(epoch);
    }
    if (key === undefined) throw new Refused('noSuchEpoch', `This account has no epoch ${epoch}.`);
    const secret = inboxKeyPair(key).secretKey;
    this.#inboxes.set(epoch, secret);
    return secret;
  }

  async #checkSignature(
    body: Body,
    bytes: Uint8Array,
    signature: Uint8Array,
    acceptedMs: number,
  ): Promise<void> {
    const id = toHex(body.senderDeviceId);
    let { log, state } = await this.#logOf(body.senderAccountId);
    if (!state.devices.has(id) && this.#first(`log:${toHex(body.senderAccountId)}`)) {
      ({ log, state } = await this.#refreshedLogOf(body.senderAccountId));
    }
    const device = state.devices.get(id);
    if (device === undefined)
      throw new Refused('unknownDevice', "The signing device is not one of the sender's.");
    if (
      device.removedIndex !== undefined &&
      acceptedMs > removedMs(log, device.removedIndex) + REMOVAL_SLACK_MS
    ) {
      throw new Refused('unknownDevice', 'The signing device had been removed before.');
    }
    if (!verifyBody(bytes, signature, device.signKey)) {
      throw new Refused('badSignature', 'The signature is not the one of the sending device.');
    }
  }

  async #logOf(accountId: Uint8Array): Promise<{ log: Signed[]; state: DeviceLogState }> {
    if (equalBytes(accountId, currentKeys(this.#ctx).accountId)) {
      this.#own ??= ownKeyring(this.#ctx.store);
      return this.#own;
    }
    try {
      const pin = await personOf(this.#ctx, accountId);
      if (pin.changed) throw new IdentityChanged(pin);
      return {
        log: pin.keyring === null ? [] : fromBinary(PublicKeyringSchema, pin.keyring).log,
        state: deviceLogOf(pin),
      };
    } catch (error) {
      throw unknownSender(error);
    }
  }

  async #refreshedLogOf(accountId: Uint8Array): Promise<{ log: Signed[]; state: DeviceLogState }> {
    if (equalBytes(accountId, currentKeys(this.#ctx).accountId)) {
      await refreshKeyring(this.#ctx);
      this.#own = null;
    } else {
      try {
        await lookUp(this.#ctx, { accountId });
      } catch (error) {
        throw unknownSender(error);
      }
    }
    return this.#logOf(accountId);
  }

  #first(what: string): boolean {
    if (this.#asked.has(what)) return false;
    this.#asked.add(what);
    return true;
  }

  /** At the first envelope of groups: who their members are. Whoever cannot be found is shown without a handle. */
  async meet(members: readonly Uint8Array[]): Promise<void> {
    const own = currentKeys(this.#ctx).accountId;
    for (const member of members) {
      if (equalBytes(member, own) || getPin(this.#ctx.store, member) !== undefined) continue;
      if (!this.#first(`meet:${toHex(member)}`)) continue;
      try {
        await memberOf(this.#ctx, member);
      } catch (error) {
        // A group of hundreds that nobody knows costs look-ups, not the mailbox: the rest is met later.
        if (errorCode(error) === ErrorCode.RATE_LIMITED) return;
        if (!(error instanceof SyncFailure)) throw error;
      }
    }
  }
}

/** Clocks of devices and cloud differ by less than this; a message accepted just before a removal is not lost to that. */
const REMOVAL_SLACK_MS = 5 * 60_000;

function removedMs(log: readonly Signed[], index: number): number {
  const entry = log[index];
  return entry === undefined ? 0 : Number(fromBinary(DeviceLogEntrySchema, entry.body).timeMs);
}

function unknownSender(error: unknown): unknown {
  if (errorCode(error) === ErrorCode.NOT_FOUND)
    return new Refused('unknownSender', 'The cloud knows no such sender.');
  if (error instanceof SyncFailure && error.reason === 'personForged') {
    return new Refused('unknownSender', error.message);
  }
  return error;
}

async function unseal(
  envelope: MailEnvelope,
  recipientAccountId: Uint8Array,
  inboxSecret: Uint8Array,
): Promise<{ bytes: Uint8Array; signature: Uint8Array }> {
  const { content, senderAccountId, epoch, suite, sealedKey } = envelope;
  try {
    const address = { content, senderAccountId, recipientAccountId, epoch };
    const contentKey = await openContentKey({ ...address, suite, sealedKey, inboxSecret });
    const { body, signature } = openContent(content, contentKey);
    return { bytes: body, signature };
  } catch (error) {
    if (!(error instanceof SealError || error instanceof RangeError)) throw error;
    throw new Refused('damaged', error.message);
  }
}
