import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecentlyDeletedItem } from '../../electron/api/types.ts';
import { fullTime, nameOf } from '../app/format.ts';
import { messageLine } from '../attachments/kinds.ts';

type Props = { item: RecentlyDeletedItem; selected: boolean; onSelect: (on: boolean) => void };

export function DeletedItem({ item, selected, onSelect }: Props) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const { message } = item;
  const left =
    item.daysLeft > 0 ? t('recentlyDeleted.daysLeft', { count: item.daysLeft }) : t('recentlyDeleted.today');
  return (
    <li className="deleted-item">
      <label htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={selected}
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
    </li>
  );
}
