/** What can be done to a message. */
import { Menu } from '@base-ui/react/menu';
import { Copy, ListChecks, Pencil, Reply, RotateCw, Trash2, Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { view } from '../app/state.ts';
import { type MenuEntry, type MenuPoint, PointMenu } from '../ui/PointMenu.tsx';
import { useAct } from '../ui/useAct.ts';
import { type MessageAct, messageActs, myReaction, REACTIONS } from './message-acts.ts';

type Props = {
  message: Message | null;
  point: MenuPoint | null;
  /** Nobody writes here (blocking/closed.ts). */
  closed: boolean;
  onClose: () => void;
  onReply: (message: Message) => void;
  onEdit: (message: Message) => void;
  onSelect: (message: Message) => void;
};

export function MessageMenu({ message, point, closed, onClose, onReply, onEdit, onSelect }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  if (message === null) return null;
  const { id } = message;
  const acts = messageActs(message, Date.now(), closed);
  const mine = myReaction(message);
  const make: Record<Exclude<MessageAct, 'react'>, MenuEntry> = {
    reply: {
      label: t('transcript.menu.reply'),
      icon: <Reply />,
      movesFocus: true,
      onChoose: () => onReply(message),
    },
    copy: {
      label: t('transcript.menu.copy'),
      icon: <Copy />,
      onChoose: () => void act(() => navigator.clipboard.writeText(message.text), t('transcript.copied')),
    },
    edit: {
      label: t('transcript.menu.edit'),
      icon: <Pencil />,
      movesFocus: true,
      onChoose: () => onEdit(message),
    },
    unsend: {
      label: t('transcript.menu.unsend'),
      icon: <Undo2 />,
      onChoose: () => void act(() => api.messages.unsend.mutate({ id })),
    },
    retry: {
      label: t('transcript.menu.tryAgain'),
      icon: <RotateCw />,
      onChoose: () => void act(() => api.messages.retry.mutate({ id })),
    },
    select: { label: t('select.begin'), icon: <ListChecks />, onChoose: () => onSelect(message) },
    delete: {
      label: t('transcript.menu.delete'),
      icon: <Trash2 />,
      danger: true,
      onChoose: () => view.askToDelete({ kind: 'messages', ids: [id] }),
    },
  };
  const entries = acts.flatMap((one): MenuEntry[] =>
    one === 'react' ? [] : one === 'delete' ? ['line', make[one]] : [make[one]],
  );
  const reactions = acts.includes('react') ? (
    <>
      <div className="menu-reactions">
        {REACTIONS.map((emoji) => (
          <Menu.Item
            key={emoji}
            className="menu-reaction"
            data-mine={mine === emoji || undefined}
            aria-label={t(mine === emoji ? 'transcript.menu.unreact' : 'transcript.menu.react', { emoji })}
            onClick={() =>
              void act(() => api.messages.react.mutate({ id, emoji: mine === emoji ? null : emoji }))
            }
          >
            <span aria-hidden="true">{emoji}</span>
          </Menu.Item>
        ))}
      </div>
      <Menu.Separator className="menu-line" />
    </>
  ) : null;
  return (
    <PointMenu
      point={point}
      label={t('transcript.menu.label')}
      entries={entries}
      header={reactions}
      onClose={onClose}
    />
  );
}
