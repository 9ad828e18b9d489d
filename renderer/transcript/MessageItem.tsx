/** One message: name, reply quote, bubble, reactions, state. Drawn again only when something of it changed. */
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Id, Message } from '../../electron/api/types.ts';
import { clockTime, fullTime, nameOf } from '../app/format.ts';
import { view } from '../app/state.ts';
import { attachmentsText } from '../attachments/kinds.ts';
import { MessageAttachments } from '../attachments/MessageAttachments.tsx';
import { isMenuKey, type MenuPoint, pointBeside, pointOfMouse } from '../ui/PointMenu.tsx';
import { MessageState } from './MessageState.tsx';
import { MessageText } from './MessageText.tsx';
import { quoteText } from './quote.ts';
import { isEmojiOnly } from './text.ts';
import { isPending } from './window.ts';
import './reactions.css';
import './selection.css';

type Props = {
  message: Message;
  first: boolean;
  last: boolean;
  showName: boolean;
  showState: boolean;
  group: boolean;
  index: number;
  end: boolean;
  tabStop: boolean;
  found: boolean;
  language: string;
  /** Null: nothing is being chosen. */
  selected: boolean | null;
  onSelect: (id: Id, range: boolean) => void;
  onMenu: (message: Message, point: MenuPoint) => void;
  onFocused: (key: string) => void;
};

export const MessageItem = memo(function MessageItem(props: Props) {
  const { message, language } = props;
  const { t } = useTranslation();
  const name = message.fromMe ? t('common.you') : nameOf(message.sender);
  const unsent = message.unsentAt !== null;
  const text = unsent
    ? t(message.fromMe ? 'transcript.unsentMine' : 'transcript.unsentTheirs', { name })
    : message.text;
  const files = unsent ? [] : message.attachments;
  const label = [attachmentsText(t, files), text].filter((part) => part.trim() !== '').join('. ');
  const big = !unsent && message.replyTo === null && isEmojiOnly(message.text);
  const side = message.fromMe ? 'own' : 'other';
  const classes = [
    'message',
    `message-${side}`,
    props.first ? 'message-first' : '',
    props.last ? 'message-last' : '',
    props.end ? 'message-end' : '',
    message.state === 'failed' ? 'message-failed' : '',
    isPending(message) ? 'message-pending' : '',
    message.service === 'lockstep' ? '' : 'message-sms',
    props.found ? 'message-found' : '',
    props.selected === null ? '' : 'message-choosing',
    props.selected ? 'message-chosen' : '',
  ];
  const spoken = { name, time: clockTime(message.at, language), text: label.slice(0, 400) };
  const choosing = props.selected !== null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: an article of a log; its styling needs no other element
    <div
      role="article"
      className={classes.filter(Boolean).join(' ')}
      data-index={choosing ? undefined : props.index}
      data-message={message.id}
      data-state={message.state}
      tabIndex={choosing ? undefined : props.tabStop ? 0 : -1}
      aria-label={t('transcript.label', spoken)}
      onFocus={(event) => event.target === event.currentTarget && props.onFocused(message.key)}
      onContextMenu={(event) => {
        if (choosing) event.preventDefault();
        else props.onMenu(message, pointOfMouse(event));
      }}
      onClickCapture={(event) => {
        // The whole row is the box, links in it too.
        if (!choosing || event.target instanceof HTMLInputElement) return;
        event.preventDefault();
        event.stopPropagation();
        props.onSelect(message.id, event.shiftKey);
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (isMenuKey(event) || event.key === 'Enter') {
          event.preventDefault();
          props.onMenu(message, pointBeside(event.currentTarget));
        } else if (event.key === 'Delete' || event.key === 'Backspace') {
          event.preventDefault();
          view.askToDelete({ kind: 'messages', ids: [message.id] });
        }
      }}
    >
      {choosing && (
        <input
          type="checkbox"
          className="message-box"
          checked={props.selected === true}
          aria-label={t('select.message', spoken)}
          data-index={props.index}
          tabIndex={props.tabStop ? 0 : -1}
          onFocus={() => props.onFocused(message.key)}
          onClick={(event) => props.onSelect(message.id, event.shiftKey)}
          // Decided by the click, which knows of Shift.
          onChange={() => {}}
        />
      )}
      {props.showName && (
        <bdi className="message-name" dir="auto">
          {name}
        </bdi>
      )}
      {message.replyTo !== null && (
        <p className="message-quote" dir="auto">
          <span>{quoteText(t, message.replyTo)}</span>
        </p>
      )}
      {files.length > 0 && <MessageAttachments message={message} />}
      {unsent ? (
        <p className="message-unsent">{text}</p>
      ) : message.text === '' && files.length > 0 ? null : (
        <div
          className={big ? 'bubble bubble-emoji' : 'bubble'}
          data-menu-anchor
          title={fullTime(message.at, language)}
        >
          <MessageText text={message.text} />
        </div>
      )}
      {message.reactions.length > 0 && !unsent && <Reactions reactions={message.reactions} />}
      {(props.showState || (message.editedAt !== null && !unsent)) && (
        <MessageState message={message} group={props.group} showState={props.showState} />
      )}
    </div>
  );
});

function Reactions({ reactions }: { reactions: Message['reactions'] }) {
  const { t } = useTranslation();
  const names = (people: Message['reactions'][number]['people']): string =>
    people.map((person) => (person.me ? t('common.you') : nameOf(person))).join(', ');
  return (
    <ul className="reactions">
      {reactions.map((reaction) => {
        const label = t('transcript.reactionLabel', { emoji: reaction.emoji, names: names(reaction.people) });
        return (
          <li
            key={reaction.emoji}
            className="reaction"
            data-mine={reaction.people.some((person) => person.me) || undefined}
            title={label}
          >
            <span aria-hidden="true">
              {reaction.emoji}
              {reaction.people.length > 1 && <span className="reaction-count">{reaction.people.length}</span>}
            </span>
            <span className="visually-hidden">{label}</span>
          </li>
        );
      })}
    </ul>
  );
}
