/** The status line's looks: a text, what helps, a bar, one button. What it says is `statusLine`'s. */
import { CircleAlert, CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { StatusLine as Line, StatusAction } from './status-line.ts';

type Props = { line: Line | null; onAction: (action: StatusAction) => void };

export function StatusLine({ line, onAction }: Props) {
  const { t } = useTranslation();
  // The role is always there, so that what appears in it is announced; without a text it takes no room.
  return (
    <div role="status" className="status-line" data-tone={line?.tone}>
      {line !== null && (
        <>
          <div className="status-row">
            {line.tone === 'paused' && <CloudOff aria-hidden="true" />}
            {line.tone === 'problem' && <CircleAlert aria-hidden="true" />}
            <div className="status-texts">
              <p className="status-text">{t(line.text.key, line.text.values)}</p>
              {line.detail !== null && (
                <p className="status-detail">{t(line.detail.key, line.detail.values)}</p>
              )}
            </div>
          </div>
          {line.progress !== null && (
            <progress
              className="status-progress"
              aria-label={t('status.progress')}
              max={1}
              {...(line.progress === 'unknown' ? {} : { value: line.progress })}
            />
          )}
          {line.action !== null && (
            <button
              type="button"
              className="button status-action"
              onClick={() => line.action !== null && onAction(line.action)}
            >
              {t(`status.${line.action}`)}
            </button>
          )}
        </>
      )}
    </div>
  );
}
