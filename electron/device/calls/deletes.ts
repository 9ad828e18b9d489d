/** Answers `deletes.*` and `recentlyDeleted.*`. */
import type { DeleteCalls, RecentlyDeletedCalls } from '../../api/calls.ts';
import type { DeleteScope, DeleteTarget, Id } from '../../api/types.ts';
import { attachmentCount, messagesWithFiles } from '../../store/attachments.ts';
import { someInCloud } from '../../store/bases.ts';
import { listDevices } from '../../store/devices.ts';
import { shownAttachments, shownCount } from '../../store/message-pages.ts';
import type { Store } from '../../store/open.ts';
import { getOutbox, type OutboxEntry, waitingMessages } from '../../store/outbox.ts';
import {
  deletedConversations,
  deletedIds,
  listRecentlyDeleted,
  recentlyDeletedSummary,
} from '../../store/recently-deleted.ts';
import { hex, unhex } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { accountStoreOf, type CallContext, read, run } from './context.ts';
import { listedDevices } from './listed-devices.ts';
import { Titles } from './messages.ts';
import { messageOf, People } from './people.ts';
import { reachOf } from './reach.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** So many ids are read at once. */
const PAGE = 10_000;

export function deleteCalls(context: CallContext): DeleteCalls {
  return {
    async scope(target): Promise<DeleteScope> {
      accountStoreOf(context); // refuses before the worker is asked
      // As the delete will find it, and as the status line has it: written down it may be later (SPEC SYN-164).
      const { switch: value } = await run(context, 'status', null);
      const switchOn = value === 'on' || value === 'enabling';
      return read(context, (store) => {
        const reach = reachOf(listedDevices(store), switchOn);
        return {
          ...countOf(store, target),
          attachments: attachmentsOf(store, target),
          withText: target.kind === 'attachments' ? messagesWithFiles(store, unhex(target.id)).withText : 0,
          switchOn,
          ...reach,
          inCloud: reach.devicesOn.length > 0 || someInCloud(store),
          purgeAt: getZoneState(store, 'messages').purgeAtMs,
        };
      });
    },
    async attachments(conversation) {
      const { ids } = read(context, (store) => messagesWithFiles(store, unhex(conversation)));
      return run(context, 'deleteMessages', { ids: ids.map(hex) });
    },
    undo: (undo) => run(context, 'undoDelete', { undo }),
  };
}

function attachmentsOf(store: Store, target: DeleteTarget): number {
  if (target.kind === 'conversation' || target.kind === 'attachments')
    return shownAttachments(store, unhex(target.id));
  if (target.ids !== 'all') return attachmentCount(store, target.ids.map(unhex));
  let files = 0;
  for (const page of deletedIds(store, null, PAGE)) files += attachmentCount(store, page);
  return files;
}

/** How many go, and how many of them nobody else has or will still get. */
function countOf(
  store: Store,
  target: DeleteTarget,
): Pick<DeleteScope, 'messages' | 'unsent' | 'onTheirWay'> {
  if (target.kind === 'forGood') {
    const messages = target.ids === 'all' ? recentlyDeletedSummary(store).messages : new Set(target.ids).size;
    return { messages, unsent: 0, onTheirWay: 0 };
  }
  const waiting: OutboxEntry[] = [];
  let messages = 0;
  if (target.kind === 'conversation') {
    waiting.push(...waitingMessages(store, unhex(target.id)));
    messages = shownCount(store, unhex(target.id)) + waiting.length;
  } else {
    const ids = new Set(
      target.kind === 'attachments' ? messagesWithFiles(store, unhex(target.id)).ids.map(hex) : target.ids,
    );
    messages = ids.size;
    for (const id of ids) {
      const entry = getOutbox(store, unhex(id));
      if (entry !== undefined && entry.deletedMs === null) waiting.push(entry);
    }
  }
  // Asked for once: it may have been accepted already.
  const onTheirWay = waiting.filter((entry) => entry.sealed !== null).length;
  return { messages, unsent: waiting.length - onTheirWay, onTheirWay };
}

export function recentlyDeletedCalls(context: CallContext): RecentlyDeletedCalls {
  return {
    list: (limit, offset) =>
      read(context, (store) => {
        const people = new People(store);
        const titles = new Titles(store, people);
        const devices = new Map(listDevices(store).map((device) => [hex(device.id), device.name]));
        const now = Date.now();
        return listRecentlyDeleted(store, limit, offset).map((item) => ({
          message: messageOf(item.message, people),
          conversationTitle: titles.of(item.message.conversation),
          deletedAt: item.deletedMs,
          goesAt: item.goesMs,
          daysLeft: Math.max(0, Math.ceil((item.goesMs - now) / DAY_MS)),
          withConversation: item.withConversation,
          deletedOn: item.deletedDevice === null ? null : (devices.get(hex(item.deletedDevice)) ?? null),
        }));
      }),
    groups: () =>
      read(context, (store) => {
        const titles = new Titles(store, new People(store));
        return deletedConversations(store).map(({ conversation, messages }) => ({
          conversationId: hex(conversation),
          title: titles.of(conversation),
          messages,
        }));
      }),
    ids: (conversationId) =>
      read(context, (store) => {
        const ids: Id[] = [];
        const one = conversationId === null ? null : unhex(conversationId);
        for (const page of deletedIds(store, one, PAGE)) for (const id of page) ids.push(hex(id));
        return ids;
      }),
    recover: (ids) => run(context, 'recoverMessages', { ids }),
    deleteNow: (ids) => run(context, 'deleteForGood', { ids }),
  };
}
