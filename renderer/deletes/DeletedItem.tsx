/** The rows of Recently Deleted: a conversation's heading, and one message. */
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecentlyDeletedGroup, RecentlyDeletedItem } from '../../electron/api/types.ts';
import { fullTime, nameOf } from '../app/format.ts';
import { messageLine } from '../attachments/kinds.ts';

/** One tab stop for all rows; the arrow keys go from box to box. */
type Place = { index: number; tabStop: boolean; onFocused: () => void };

type HeadingProps = Place & {
  group: RecentlyDeletedGroup;
  state: 'none' | 'some' | 'all';
  onSelect: (on: boolean) => void;
};

export function DeletedHeading({ group, state, onSelect, index, tabStop, onFocused }: HeadingProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = state === 'some';
  }, [state]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list's row stands inside elements of the list's own
    <div role="listitem" className="deleted-row deleted-row-first">
      <label className="deleted-heading">
        <input
          ref={box}
          type="checkbox"
          checked={state === 'all'}
          aria-label={t('recentlyDeleted.selectConversation', { title: group.title })}
          data-index={index}
          tabIndex={tabStop ? 0 : -1}
          onFocus={onFocused}
          onChange={() => onSelect(state !== 'all')}
        />
        <bdi>{group.title}</bdi>
        <span>{t('recentlyDeleted.messages', { count: group.messages })}</span>
      </label>
    </div>
  );
}

type ItemProps = Place & {
  item: RecentlyDeletedItem;
  last: boolean;
  selected: boolean;
  onSelect: (on: boolean) => void;
};

export function DeletedItem({ item, last, selected, onSelect, index, tabStop, onFocused }: ItemProps) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const { message } = item;
  const left =
    item.daysLeft > 0 ? t('recentlyDeleted.daysLeft', { count: item.daysLeft }) : t('recentlyDeleted.today');
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list's row stands inside elements of the list's own
    <div role="listitem" className={last ? 'deleted-row deleted-row-last' : 'deleted-row'}>
      <label htmlFor={id} className="deleted-item">
        <input
          id={id}
          type="checkbox"
          checked={selected}
          data-index={index}
          tabIndex={tabStop ? 0 : -1}
          onFocus={onFocused}
          onChange={(event) => onSelect(event.target.checked)}
        />
        <span className="deleted-body">
          <span className="deleted-top">
            <bdi>{message.fromMe ? t('common.you') : nameOf(message.sender)}</bdi>
            <time dateTime={new Date(message.at).toISOString()}>{fullTime(message.at, i18n.language)}</time>
          </span>
          <span className="deleted-text" dir="auto">
            {messageLine(t, message.text, message.attachments).slice(0, 1000)}
          </span>
          <span className="deleted-left">
            {left}
            {item.deletedOn !== null && <> · {t('recentlyDeleted.deletedOn', { device: item.deletedOn })}</>}
          </span>
        </span>
      </label>
    </div>
  );
}
