/**
 * A record and the blobs that it names are not always together at the cloud: an upload may have run out of time, a cloud been restored, an
 * older app have put the record without naming any (SPEC ATT-15, ATT-16). Who has the file puts it again; who has not puts the record without
 * naming it, so that nothing waits for what nobody here can bring.
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { type Attachment, blobsOf } from '../../../shared/model/attachment.ts';
import { getBlob, recountUploads, updateBlob } from '../../store/blobs.ts';
import { markDirty } from '../../store/dirty.ts';
import type { Store } from '../../store/open.ts';
import { attachmentsOfPayload } from '../../store/project-message.ts';
import type { PulledRecord } from '../../store/pulled.ts';
import { isTombstone } from '../../store/records.ts';
import { KIND, sameBytes } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { blobMemory } from './memory.ts';

const MOST_ATTEMPTS = 3;
const DENIED_MS = 5_000;
const LONGEST_DENIED_MS = 10 * 60_000;

/** The cloud reaches no whole blob of these ids for this account. In the caller's transaction. */
export function blobsMissing(ctx: Pick<StepContext, 'store' | 'clock'>, ids: readonly Uint8Array[]): void {
  const { store } = ctx;
  for (const id of ids) {
    const blob = getBlob(store, id);
    blobMemory(store).asked.delete(toHex(id));
    if (blob?.here === true && blob.attempts < MOST_ATTEMPTS) {
      const notBeforeMs = deniedUntil(store, toHex(id), ctx.clock.now());
      updateBlob(store, id, { sending: true, sent: 0, attempts: blob.attempts + 1, notBeforeMs });
      recountUploads(store, id);
    } else {
      store.run(
        `INSERT INTO blob (id, sealed, nowhere, failure) VALUES (?, 0, 1, 'gone') ON CONFLICT (id) DO NOTHING`,
        id,
      );
      updateBlob(store, id, { nowhere: true });
    }
  }
}

/**
 * What the cloud had said to have whole it may have let go of since: once it goes up again at once. A cloud that has it by its own word and denies it
 * each time it is named would be asked without an end, and is asked less and less often (SPEC ATT-17).
 */
function deniedUntil(store: Store, key: string, nowMs: number): number {
  const { whole, denied } = blobMemory(store);
  if (!whole.delete(key)) return 0;
  const times = denied.get(key) ?? 0;
  denied.set(key, times + 1);
  return times === 0 ? 0 : nowMs + Math.min(LONGEST_DENIED_MS, DENIED_MS * 2 ** (times - 1));
}

/** One of them is being put again: the record goes after it. */
export function isGoingUp(store: Store, attachments: readonly Attachment[]): boolean {
  return blobsOf(attachments).some((id) => getBlob(store, id)?.sending === true);
}

/**
 * After a pulled record was applied: its message has blobs that the record does not name, so the cloud would let them go. It is put again
 * when the bytes are here, now or later, until the cloud has accepted that once in this worker's life, whatever it says afterwards: a put that
 * another device's version overtakes is made again, and so is each when the cloud was put back (`forgetNamed`). In the caller's transaction.
 */
export function nameAgain(ctx: Pick<StepContext, 'store' | 'signal'>, item: PulledRecord): void {
  const { store } = ctx;
  if (item.payload?.kind !== KIND.message) return;
  // Deleted for good here: its delete is what is to be pushed, and a put would take that one's place in the queue.
  if (isTombstone(store, 'messages', item.id)) return;
  const attachments = attachmentsOfPayload(item.payload);
  if (attachments.length === 0) return;
  const named = item.blobs ?? [];
  const lacking = blobsOf(attachments).filter((id) => !named.some((one) => sameBytes(one, id)));
  // What the cloud has again, whoever has put it, is not nowhere any more: it stays named when this device changes the message, and it can be fetched.
  for (const id of named)
    store.run(
      `UPDATE blob SET nowhere = 0, failure = CASE failure WHEN 'gone' THEN NULL ELSE failure END
       WHERE id = ? AND (nowhere = 1 OR failure = 'gone')`,
      id,
    );
  if (lacking.length === 0 || getZoneState(store, 'messages').extra['largestBlob'] === undefined) return;
  const { namedAgain, toNameAgain } = blobMemory(store);
  const key = toHex(item.id);
  if (namedAgain.has(key)) return;
  let some = false;
  for (const id of lacking) {
    const blob = getBlob(store, id);
    if (blob?.here === true) some = true;
    else if (blob !== undefined) updateBlob(store, id, { lacking: true });
  }
  if (!some) return;
  toNameAgain.add(key);
  markDirty(store, 'messages', item.id, 'put');
  ctx.signal({ type: 'dirty', zone: 'messages' });
}

/** What the cloud has accepted is not what a backup of it has, nor what it holds after it was moved: all that is here is named again. */
export function forgetNamed(store: Store): void {
  blobMemory(store).namedAgain.clear();
}

/** The cloud has accepted the put of this record with the blobs that it names. */
export function wasNamed(store: Store, id: Uint8Array): void {
  const { namedAgain, toNameAgain } = blobMemory(store);
  if (toNameAgain.size === 0) return;
  const key = toHex(id);
  if (toNameAgain.delete(key)) namedAgain.add(key);
}
