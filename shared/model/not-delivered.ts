/**
 * Whom a message did not reach (SPEC OUT-36): a register of its record for each such person, so that all devices of the account know.
 *
 * The cloud says of an accepted message whose mailbox was full, or who has no account any more. A register that says so has the stamp 1, one that
 * says that he has got it since the stamp 2, and neither names a device: whoever has got it has it for good, whatever a clock or a late answer
 * says, and devices that find out the same write the same bytes. A message without such registers reached everybody. Pure.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { EMPTY } from '../crypto/bytes.ts';
import {
  MessageField,
  NotDeliveredValueSchema,
  NotDeliveredWhy,
} from '../proto/gen/lockstep/record/v1/record_pb.js';
import { getRegister, type Payload, setRegister } from './payload.ts';
import { readValue } from './values.ts';

export type WhyNotDelivered = 'refused' | 'mailboxFull' | 'noAccount';

/** What is known of the delivery to one person. `why` null: he has got it since. */
export type Delivery = { account: Uint8Array; why: WhyNotDelivered | null };

const MISSED = 1n;
const REACHED = 2n;

const NUMBER: Record<WhyNotDelivered, NotDeliveredWhy> = {
  refused: NotDeliveredWhy.REFUSED,
  mailboxFull: NotDeliveredWhy.MAILBOX_FULL,
  noAccount: NotDeliveredWhy.NO_ACCOUNT,
};
const NAME: Record<number, WhyNotDelivered> = {
  [NotDeliveredWhy.MAILBOX_FULL]: 'mailboxFull',
  [NotDeliveredWhy.NO_ACCOUNT]: 'noAccount',
};

/** The message did not reach that account (16 bytes). Changes nothing where he has got it since. */
export function withNotDelivered(payload: Payload, account: Uint8Array, why: WhyNotDelivered): Payload {
  const value = toBinary(NotDeliveredValueSchema, create(NotDeliveredValueSchema, { why: NUMBER[why] }));
  return setRegister(payload, MessageField.NOT_DELIVERED, account, MISSED, EMPTY, value);
}

/** That account has got it, after it was said that it had not. */
export function withDelivered(payload: Payload, account: Uint8Array): Payload {
  return setRegister(payload, MessageField.NOT_DELIVERED, account, REACHED, EMPTY, EMPTY);
}

/** Whether anything was ever said of the delivery to that account. */
export const isDeliverySaid = (payload: Payload, account: Uint8Array): boolean =>
  getRegister(payload, MessageField.NOT_DELIVERED, account) !== undefined;

/** By account, in the order of their ids. A reason that a newer app gives is `refused`; a damaged value counts as absent (SPEC REC-22). */
export function readDeliveries(payload: Payload): Delivery[] {
  const deliveries: Delivery[] = [];
  for (const register of payload.registers) {
    if (register.field !== MessageField.NOT_DELIVERED || register.key.length !== 16) continue;
    const { key: account } = register;
    if (register.value.length === 0) deliveries.push({ account, why: null });
    else {
      const value = readValue(NotDeliveredValueSchema, register);
      if (value !== null) deliveries.push({ account, why: NAME[value.why] ?? 'refused' });
    }
  }
  return deliveries;
}
