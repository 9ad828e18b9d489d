/**
 * The zone was restored or moved (a new incarnation), is in a generation that a person has accepted, or a person chose Repair: no rev is true any more. Everything local stays, is
 * merged with what the cloud has, and is offered again, tombstones too. Nothing is swept because the cloud lacks it.
 */
import { forgetMachineDeletes } from '../../store/dirty.ts';
import type { ZoneName } from '../../store/values.ts';
import { forgetBases, getZoneState, offerSlice, setZoneState } from '../../store/zone-state.ts';
import { forgetNamed } from '../blobs/missing.ts';
import { generationToTake, renameForGeneration } from './rename.ts';
import { inSlices, type ZoneContext } from './zone-call.ts';

export async function forgetRevs(ctx: ZoneContext, zone: ZoneName): Promise<null> {
  const { store } = ctx;
  ctx.ahead.clear();
  if (zone === 'messages') forgetNamed(store);
  const generation = generationToTake(ctx, zone);
  if (generation !== null) {
    await renameForGeneration(ctx, zone, generation);
    return null;
  }
  store.write(() => {
    forgetBases(store, zone);
    // They were meant for the very revs that are forgotten: what is still due is marked again when the cloud has it.
    if (zone === 'messages') forgetMachineDeletes(store);
    const { extra } = getZoneState(store, zone);
    setZoneState(store, zone, {
      // Until all is offered a restart begins here again; offering twice is offering once.
      phase: 'forgetting',
      incarnation: 0n,
      token: null,
      backfillCursor: null,
      head: 0,
      extra: { ...extra, heads: [] },
    });
  });
  await inSlices(ctx, (after) => offerSlice(store, zone, 'all', after, ctx.sizes.slice.offer));
  setZoneState(store, zone, { phase: 'new' });
  return null;
}
