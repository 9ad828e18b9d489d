/** What can be done to a conversation from the list. */
import { Ban, Bell, BellOff, Mail, MailOpen, Paperclip, Pencil, Pin, PinOff, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationSummary, Person } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { nameOf } from '../app/format.ts';
import { useView, view } from '../app/state.ts';
import { BlockPerson } from '../blocking/BlockPerson.tsx';
import { useUnblock } from '../blocking/useUnblock.ts';
import { type MenuEntry, type MenuPoint, PointMenu } from '../ui/PointMenu.tsx';
import { useAct } from '../ui/useAct.ts';
import { isMuted } from './preview.ts';
import { RenameGroup } from './RenameGroup.tsx';

/** "Until I say otherwise": the year 3000. */
const FOR_EVER = 32_503_680_000_000;

type Props = {
  conversation: ConversationSummary | null;
  point: MenuPoint | null;
  onClose: () => void;
  onDelete: (id: string) => void;
  onDeleteAttachments: (id: string) => void;
};

export function ConversationMenu({ conversation, point, onClose, onDelete, onDeleteAttachments }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  const unblock = useUnblock();
  const [blocking, setBlocking] = useState<Person | null>(null);
  const [renaming, setRenaming] = useState<ConversationSummary | null>(null);
  const entries: MenuEntry[] = [];
  if (conversation !== null) {
    const { id, pinned } = conversation;
    const unread = conversation.unread > 0 || conversation.markedUnread;
    const muted = isMuted(conversation, Date.now());
    entries.push(
      {
        label: t(pinned ? 'sidebar.unpin' : 'sidebar.pin'),
        icon: pinned ? <PinOff /> : <Pin />,
        onChoose: () => void act(() => api.conversations.setPinned.mutate({ id, pinned: !pinned })),
      },
      {
        label: t(muted ? 'sidebar.unmute' : 'sidebar.mute'),
        icon: muted ? <Bell /> : <BellOff />,
        onChoose: () =>
          void act(() => api.conversations.setMuted.mutate({ id, until: muted ? null : FOR_EVER })),
      },
      {
        label: t(unread ? 'sidebar.markRead' : 'sidebar.markUnread'),
        icon: unread ? <MailOpen /> : <Mail />,
        onChoose: () => {
          if (unread) void act(() => api.conversations.markRead.mutate({ id }));
          else {
            // An open conversation would be read again at once.
            const { pane } = useView.getState();
            if (pane.kind === 'conversation' && pane.id === id) view.show({ kind: 'none' });
            void act(() => api.conversations.markUnread.mutate({ id }));
          }
        },
      },
    );
    if (conversation.kind === 'group')
      entries.push({
        label: t('sidebar.rename'),
        icon: <Pencil />,
        onChoose: () => setRenaming(conversation),
      });
    const other = conversation.kind === 'direct' ? conversation.members.find(({ me }) => !me) : undefined;
    if (other !== undefined) {
      const isBlocked = conversation.blocked.length > 0;
      entries.push({
        label: t(isBlocked ? 'blocking.unblockNamed' : 'blocking.blockNamed', { name: nameOf(other) }),
        icon: <Ban />,
        onChoose: () => (isBlocked ? void unblock(other) : setBlocking(other)),
      });
    }
    entries.push('line', {
      label: t('attachments.deleteAll'),
      icon: <Paperclip />,
      danger: true,
      onChoose: () => onDeleteAttachments(id),
    });
    entries.push({
      label: t('sidebar.delete'),
      icon: <Trash2 />,
      danger: true,
      onChoose: () => onDelete(id),
    });
  }
  return (
    <>
      <PointMenu point={point} label={conversation?.title ?? ''} entries={entries} onClose={onClose} />
      {blocking !== null && <BlockPerson person={blocking} onClose={() => setBlocking(null)} />}
      {renaming !== null && <RenameGroup conversation={renaming} onClose={() => setRenaming(null)} />}
    </>
  );
}
