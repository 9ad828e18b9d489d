import { BellOff, Pin } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationSummary } from '../../electron/api/types.ts';
import { listTime } from '../app/format.ts';
import { view } from '../app/state.ts';
import { messageLine } from '../attachments/kinds.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { isMenuKey, type MenuPoint, pointBeside, pointOfMouse } from '../ui/PointMenu.tsx';
import { isMuted, previewOf } from './preview.ts';

type Props = {
  conversation: ConversationSummary;
  index: number;
  count: number;
  selected: boolean;
  tabStop: boolean;
  now: number;
  language: string;
  onMenu: (id: string, point: MenuPoint) => void;
  onFocused: (id: string) => void;
};

export const ConversationItem = memo(function ConversationItem(props: Props) {
  const { conversation: one, selected, now } = props;
  const { t } = useTranslation();
  const unread = one.unread > 0 || one.markedUnread;
  const muted = isMuted(one, now);
  const other = one.members.find((member) => !member.me);
  return (
    // biome-ignore lint/a11y/useSemanticElements: an item of a virtual list, whose own elements stand between it and the list
    <div
      role="listitem"
      className="conversation-slot"
      aria-label={one.title}
      aria-setsize={props.count}
      aria-posinset={props.index + 1}
    >
      <button
        type="button"
        className="conversation"
        data-index={props.index}
        data-conversation={one.id}
        data-selected={selected || undefined}
        data-unread={unread || undefined}
        data-muted={muted || undefined}
        aria-current={selected ? 'true' : undefined}
        tabIndex={props.tabStop ? 0 : -1}
        onFocus={() => props.onFocused(one.id)}
        onClick={() => view.openConversation(one.id)}
        onContextMenu={(event) => props.onMenu(one.id, pointOfMouse(event))}
        onKeyDown={(event) => {
          if (isMenuKey(event)) {
            event.preventDefault();
            props.onMenu(one.id, pointBeside(event.currentTarget));
          } else if (event.key === 'Delete' || (event.key === 'Backspace' && event.metaKey)) {
            event.preventDefault();
            view.askToDelete({ kind: 'conversation', id: one.id });
          }
        }}
      >
        <Avatar
          id={one.kind === 'direct' ? (other?.id ?? one.id) : one.id}
          name={one.title}
          group={one.kind === 'group'}
        />
        <span className="conversation-body">
          <span className="conversation-top">
            <bdi className="conversation-title" dir="auto">
              {one.title}
            </bdi>
            {one.pinned && <Pin className="conversation-mark" aria-label={t('sidebar.pinned')} role="img" />}
            {muted && <BellOff className="conversation-mark" aria-label={t('sidebar.muted')} role="img" />}
            <time className="conversation-time" dateTime={new Date(one.activityAt).toISOString()}>
              {listTime(one.activityAt, now, props.language)}
            </time>
          </span>
          <span className="conversation-bottom">
            <PreviewLine conversation={one} open={selected} />
            {one.unread > 0 && (
              <span className="conversation-count">
                <span aria-hidden="true">{one.unread > 999 ? '999+' : one.unread}</span>
                <span className="visually-hidden">{t('sidebar.unread', { count: one.unread })}</span>
              </span>
            )}
            {one.unread === 0 && one.markedUnread && (
              <span className="conversation-dot" role="img" aria-label={t('sidebar.markedUnread')} />
            )}
          </span>
        </span>
      </button>
    </div>
  );
});

function PreviewLine({ conversation, open }: { conversation: ConversationSummary; open: boolean }) {
  const { t } = useTranslation();
  const preview = previewOf(conversation, open);
  switch (preview.kind) {
    case 'draft':
      return (
        <span className="conversation-preview" dir="auto">
          <span className="conversation-draft">{t('sidebar.draft')}</span> {preview.text}
        </span>
      );
    case 'failed':
      return <span className="conversation-preview conversation-failed">{t('sidebar.notDelivered')}</span>;
    case 'unsent':
      return (
        <span className="conversation-preview" dir="auto">
          {t(preview.fromMe ? 'transcript.unsentMine' : 'transcript.unsentTheirs', { name: preview.name })}
        </span>
      );
    case 'none':
      return <span className="conversation-preview">{t('sidebar.noMessages')}</span>;
    case 'mine':
      return (
        <span className="conversation-preview" dir="auto">
          {t('sidebar.youPreview', { text: messageLine(t, preview.text, preview.files) })}
        </span>
      );
    case 'named':
      return (
        <span className="conversation-preview" dir="auto">
          {t('sidebar.namedPreview', {
            name: preview.name,
            text: messageLine(t, preview.text, preview.files),
          })}
        </span>
      );
    case 'plain':
      return (
        <span className="conversation-preview" dir="auto">
          {messageLine(t, preview.text, preview.files)}
        </span>
      );
  }
}
