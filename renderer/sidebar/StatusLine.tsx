/** The status line's looks: a text, what helps, a bar, one button. What it says is `statusLine`'s. */
import { CircleAlert, CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { StatusDetails } from './StatusDetails.tsx';
import { StatusProgress } from './StatusProgress.tsx';
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
              {line.details.length > 0 && (
                <p className="status-detail">
                  <StatusDetails details={line.details} />
                </p>
              )}
            </div>
          </div>
          <StatusProgress progress={line.progress} />
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
