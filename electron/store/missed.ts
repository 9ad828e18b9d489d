/** Whom an own message did not reach, as the column `missed` of its projection: 17 bytes a person, account and reason. Null: nobody. */
import type { Delivery, WhyNotDelivered } from '../../shared/model/not-delivered.ts';
import type { Store } from './open.ts';
import { plain } from './values.ts';
import { getZoneState } from './zone-state.ts';

export type Missed = { account: Uint8Array; why: WhyNotDelivered };

const WHYS: readonly WhyNotDelivered[] = ['refused', 'mailboxFull', 'noAccount'];
const EACH = 17;

export function packMissed(deliveries: readonly Delivery[]): Uint8Array | null {
  const missed = deliveries.filter(({ why }) => why !== null);
  if (missed.length === 0) return null;
  const packed = new Uint8Array(missed.length * EACH);
  for (const [i, { account, why }] of missed.entries()) {
    packed.set(account, i * EACH);
    packed[i * EACH + EACH - 1] = WHYS.indexOf(why ?? 'refused');
  }
  return packed;
}

export function unpackMissed(packed: Uint8Array | null): Missed[] {
  if (packed === null) return [];
  return Array.from({ length: Math.floor(packed.length / EACH) }, (_, i) => {
    const one = plain(packed).subarray(i * EACH, (i + 1) * EACH);
    return { account: one.slice(0, EACH - 1), why: WHYS[one[EACH - 1]!] ?? 'refused' };
  });
}

/** Of what is not in the outbox here. Whoever follows the zone hears when another device has reached them (SPEC OUT-37). */
export const canDeliverAgain = (store: Store): boolean => getZoneState(store, 'messages').switch === 'on';
