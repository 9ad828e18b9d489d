/** The small line under a bubble: edited, on its way, delivered, read; or why not, and what one can do. */
import type { TFunction } from 'i18next';
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Message, PausedReason } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { status } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { discardMessage } from './discard.ts';

type Props = { message: Message; group: boolean; showState: boolean };

export function MessageState({ message, group, showState }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  const away = status.use(({ data }) => AWAY.has(data?.paused?.reason ?? null));
  const edited = message.editedAt !== null && message.unsentAt === null;
  if (showState && message.state === 'failed')
    return (
      <div className="message-state message-state-failed">
        <p>
          <CircleAlert aria-hidden="true" />
          <strong>{failedText(t, message, group)}</strong>
          {message.failure !== null && <span>{t(`transcript.failure.${message.failure}`)}</span>}
          {message.offers.length === 0 && <span>{t('transcript.againWithSwitch')}</span>}
        </p>
        <div className="message-state-buttons">
          {message.offers.includes('tryAgain') && (
            <button
              type="button"
              className="link-button"
              onClick={() => void act(() => api.messages.retry.mutate({ id: message.id }))}
            >
              {t('common.tryAgain')}
            </button>
          )}
          {message.offers.includes('discard') && (
            <button type="button" className="link-button" onClick={() => void discardMessage(t, message.id)}>
              {t('transcript.discard')}
            </button>
          )}
        </div>
      </div>
    );
  return (
    <p className="message-state">
      {edited && <span>{t('transcript.edited')}</span>}
      {showState && message.state !== 'received' && <span>{stateText(t, message, away)}</span>}
    </p>
  );
}

/** In a group, of one that some got: who did not. */
function failedText(t: TFunction, { missed }: Message, group: boolean): string {
  if (!group || missed.length === 0) return t('transcript.state.failed');
  return t('transcript.notDeliveredTo', { names: missed.map(({ name }) => name).join(', ') });
}

/** The cloud is known not to answer. */
const AWAY: ReadonlySet<PausedReason | null> = new Set<PausedReason>(['offline', 'cloudUnreachable']);

/** What waits for its files says so, and why when that is known. What was asked for and got no answer waits like the others while nothing is asked. */
function stateText(t: TFunction, message: Message, away: boolean): string {
  if (message.state === 'waiting') {
    if (message.failure === 'storageFull') return t('transcript.failure.storageFull');
    if (message.attachments.some(({ progress }) => progress !== null && progress < 1))
      return t('transcript.state.uploading');
  }
  return t(`transcript.state.${away && message.state === 'sending' ? 'waiting' : message.state}`);
}
