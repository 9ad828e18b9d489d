/** Answers `deletes.*` and `recentlyDeleted.*`. */
import type { DeleteCalls, RecentlyDeletedCalls } from '../../api/calls.ts';
import type { DeleteScope } from '../../api/types.ts';
import { attachmentCount } from '../../store/attachments.ts';
import { someInCloud } from '../../store/bases.ts';
import { listDevices } from '../../store/devices.ts';
import { shownAttachments, shownCount } from '../../store/messages.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { hex, unhex } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { accountStoreOf, type CallContext, run } from './context.ts';
import { listedDevices } from './listed-devices.ts';
import { Titles } from './messages.ts';
import { messageOf, People } from './people.ts';
import { reachOf } from './reach.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Recently Deleted whole, for Delete All and Recover All. */
const ALL = 1_000_000;

export function deleteCalls(context: CallContext): DeleteCalls {
  return {
    scope(target): DeleteScope {
      const store = accountStoreOf(context);
      const zone = getZoneState(store, 'messages');
      const switchOn = zone.switch === 'on' || zone.switch === 'enabling';
      const reach = reachOf(listedDevices(store), switchOn);
      const messages =
        target.kind === 'conversation' ? shownCount(store, unhex(target.id)) : target.ids.length;
      const attachments =
        target.kind === 'conversation'
          ? shownAttachments(store, unhex(target.id))
          : attachmentCount(
              store,
              target.ids.map((one) => unhex(one)),
            );
      return {
        messages,
        attachments,
        switchOn,
        ...reach,
        inCloud: reach.devicesOn.length > 0 || someInCloud(store),
      };
    },
  };
}

export function recentlyDeletedCalls(context: CallContext): RecentlyDeletedCalls {
  const resolve = (ids: string[] | 'all'): string[] =>
    ids === 'all'
      ? listRecentlyDeleted(accountStoreOf(context), ALL).map(({ message }) => hex(message.id))
      : ids;
  return {
    list(limit) {
      const store = accountStoreOf(context);
      const people = new People(store);
      const titles = new Titles(context, people);
      const devices = new Map(listDevices(store).map((device) => [hex(device.id), device.name]));
      const now = Date.now();
      return listRecentlyDeleted(store, limit).map((item) => ({
        message: messageOf(item.message, people),
        conversationTitle: titles.of(item.message.conversation),
        deletedAt: item.deletedMs,
        goesAt: item.goesMs,
        daysLeft: Math.max(0, Math.ceil((item.goesMs - now) / DAY_MS)),
        withConversation: item.withConversation,
        deletedOn: item.deletedDevice === null ? null : (devices.get(hex(item.deletedDevice)) ?? null),
      }));
    },
    async recover(ids) {
      const those = resolve(ids);
      if (those.length > 0) await run(context, 'recoverMessages', { ids: those });
    },
    async deleteNow(ids) {
      const those = resolve(ids);
      if (those.length > 0) await run(context, 'deleteForGood', { ids: those });
    },
  };
}
