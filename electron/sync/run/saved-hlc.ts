/** The hybrid logical clock of a device, saved with each write that it stamps: a restart never gives an earlier stamp. In the sync worker. */
import { Hlc } from '../../../shared/clock/hlc.ts';
import { getMeta, setMeta } from '../../store/meta.ts';
import type { Store } from '../../store/open.ts';

const HLC_META = 'hlc';

/** `clock`: for what is written. Stamps are given within the caller's transaction. */
export function savedHlc(store: Store, clock: { now(): number }): Hlc {
  const saved = getMeta(store, HLC_META);
  const hlc = new Hlc(clock, saved === null ? 0n : BigInt(saved));
  const give = hlc.now.bind(hlc);
  hlc.now = (...replaced: bigint[]) => {
    const stamp = give(...replaced);
    setMeta(store, HLC_META, hlc.last.toString());
    return stamp;
  };
  return hlc;
}
