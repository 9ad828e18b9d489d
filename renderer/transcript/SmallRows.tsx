/** The rows between the bubbles. */
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ConversationSummary } from '../../electron/api/types.ts';
import { clockTime, dayName, fullTime } from '../app/format.ts';
import { Avatar } from '../ui/Avatar.tsx';

type LineProps = { at: number; day: boolean; now: number; language: string };

export function LineRow({ at, day, now, language }: LineProps) {
  return (
    <div className="line-row">
      <time dateTime={new Date(at).toISOString()} title={fullTime(at, language)}>
        {day && <strong>{dayName(at, now, language)}</strong>} {clockTime(at, language)}
      </time>
    </div>
  );
}

export function UnreadRow({ count }: { count: number }) {
  const { t } = useTranslation();
  return (
    <div className="unread-row">
      <span>{t('transcript.unreadLine', { count })}</span>
    </div>
  );
}

export function Beginning({ conversation }: { conversation: ConversationSummary }) {
  const { t } = useTranslation();
  const group = conversation.kind === 'group';
  const other = conversation.members.find((member) => !member.me);
  return (
    <div className="beginning">
      <Avatar
        id={group ? conversation.id : (other?.id ?? conversation.id)}
        name={conversation.title}
        group={group}
        size="large"
      />
      <p>{t('transcript.beginning', { title: conversation.title })}</p>
      <p className="beginning-lock">
        <Lock aria-hidden="true" />
        {t('transcript.encrypted')}
      </p>
    </div>
  );
}
