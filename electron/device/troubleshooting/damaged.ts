/** Damaged databases as the window shows them: the folders that are there, and what the database that is in use now tells of each. */
import type { DamagedDatabase } from '../../api/troubleshooting-types.ts';
import { getConversation } from '../../store/conversations.ts';
import { recoveryOf, rememberedRecoveries } from '../../store/damage/salvaged.ts';
import { listSetAside } from '../../store/damage/set-aside.ts';
import type { Store } from '../../store/open.ts';
import { hex } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { People, titleOf } from '../calls/people.ts';

export function damagedDatabases(store: Store, databasePath: string): DamagedDatabase[] {
  const folders = new Map(listSetAside(databasePath).map((one) => [one.name, one]));
  const names = new Set([...folders.keys(), ...rememberedRecoveries(store)]);
  return [...names].map((name) => told(store, name, folders.get(name) ?? null)).sort((a, b) => b.at - a.at);
}

type Folder = ReturnType<typeof listSetAside>[number];

function told(store: Store, name: string, folder: Folder | null): DamagedDatabase {
  const known = recoveryOf(store, name);
  const people = new People(store);
  const salvaged = known?.story.salvaged ?? null;
  const at = known?.story.atMs ?? folder?.beganMs ?? 0;
  return {
    name,
    at,
    log: known?.story.log ?? false,
    files: folder === null ? null : { folder: folder.folder, bytes: folder.bytes },
    back:
      salvaged === null
        ? null
        : {
            messages: salvaged.messages,
            conversations: salvaged.conversations,
            attachments: salvaged.attachments,
            unsent: salvaged.unsent,
            unsentLost: salvaged.unsentLost,
            rebuilt: salvaged.rebuilt,
          },
    before:
      salvaged?.counted == null ? null : { messages: salvaged.counted.messages, at: salvaged.counted.atMs },
    lost: {
      messages: known?.still.messages ?? 0,
      from: known?.still.fromMs ?? null,
      to: known?.still.toMs ?? null,
      conversations: (known?.still.conversations ?? []).map((one) => {
        const conversation = getConversation(store, one.guid);
        return {
          id: hex(one.guid),
          title:
            conversation === undefined
              ? ''
              : titleOf(
                  conversation.kind === 'group' ? conversation.name : null,
                  people.meet(conversation.members),
                ),
          messages: one.messages,
          from: one.fromMs,
          to: one.toMs,
        };
      }),
    },
    cloud: cloudOf(store, at),
    deletesUncertain: salvaged?.deletesUncertain ?? false,
    device: salvaged?.device ?? 'database',
  };
}

function cloudOf(store: Store, at: number): DamagedDatabase['cloud'] {
  const zone = getZoneState(store, 'messages');
  if (zone.switch === 'off') return null;
  return zone.phase === 'following' && (zone.lastSyncedMs ?? 0) > at ? 'done' : 'coming';
}
