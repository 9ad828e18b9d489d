/** The status line under the list. What it says is `statusLine`'s; here it is only put into words and buttons. */
import { CircleAlert, CloudOff } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { session, status, view } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { useNow } from '../ui/useNow.ts';
import { type StatusAction, statusLine } from './status-line.ts';

export function StatusFooter() {
  const { t } = useTranslation();
  const act = useAct();
  const now = useNow(1000);
  const data = status.use((state) => state.data);
  useEffect(() => void status.load(), []);
  const line = data === null ? null : statusLine(data, now);

  const run: Record<StatusAction, () => void> = {
    syncNow: () => void act(() => api.sync.now.mutate()),
    tryNow: () => void act(() => api.sync.now.mutate()),
    repair: () => void act(() => api.sync.repair.mutate()),
    manageStorage: () => view.openSettings('messages'),
    signIn: () => void session.load(),
    update: () => view.say(t('status.help.appTooOld')),
  };
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
            <button type="button" className="button status-action" onClick={run[line.action]}>
              {t(`status.${line.action}`)}
            </button>
          )}
        </>
      )}
    </div>
  );
}
