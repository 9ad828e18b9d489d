/** How large an attachment may be, by what the cloud has said. */
import type { Store } from '../../store/open.ts';
import { getZoneState } from '../../store/zone-state.ts';

const UNTIL_HEARD = 100 * 1024 * 1024;

/** In sealed bytes; 0: this cloud keeps none. Until the cloud has been heard: 100 MiB. */
export function largestAttachment(store: Store): number {
  const { extra, askedMs } = getZoneState(store, 'messages');
  const said = extra['largestBlob'];
  if (typeof said === 'number') return said;
  return askedMs > 0 ? 0 : UNTIL_HEARD;
}
