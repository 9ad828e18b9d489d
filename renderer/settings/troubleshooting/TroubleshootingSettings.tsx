/** Settings > Troubleshooting: the checks that a person would be told to do, done. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { timeAgo } from '../../app/format.ts';
import { failureText } from '../../ui/failure.ts';
import { useNow } from '../../ui/useNow.ts';
import { CheckRow } from './CheckRow.tsx';
import { summary } from './check-text.ts';
import { DamagedDatabases } from './DamagedDatabases.tsx';
import { ReportDialog } from './ReportDialog.tsx';
import { useCheckActions } from './useCheckActions.ts';
import { useTroubleshooting } from './useTroubleshooting.ts';
import './troubleshooting.css';

export function TroubleshootingSettings() {
  const { t, i18n } = useTranslation();
  const now = useNow(15_000);
  const { run, failure, busy, again } = useTroubleshooting();
  const onAction = useCheckActions(again);
  const [reporting, setReporting] = useState(false);
  // The first look takes as long as the cloud takes; later ones leave what is shown until they are there.
  const said = run === null ? [] : summary(run.checks);
  return (
    <>
      <div className="check-head">
        <div className="setting-text">
          <p aria-live="polite" className="check-summary">
            {run === null && busy
              ? t('troubleshooting.checking')
              : said.map(({ key, values }) => t(key, values)).join(' ')}
          </p>
          {run !== null && (
            <p className="setting-help">
              {t('troubleshooting.looked', {
                when: timeAgo(run.at, now, i18n.language) ?? t('status.justNow'),
              })}
            </p>
          )}
        </div>
        <button
          type="button"
          className="button"
          aria-busy={busy || undefined}
          aria-disabled={busy || undefined}
          onClick={() => !busy && void again()}
        >
          {t(busy ? 'troubleshooting.checking' : 'troubleshooting.again')}
        </button>
      </div>
      {failure !== null && <p className="form-error">{failureText(t, failure)}</p>}
      {run !== null && (
        <ul className="settings-group" aria-label={t('troubleshooting.list')}>
          {run.checks.map((check) => (
            <CheckRow key={check.check} check={check} now={Math.max(now, run.at)} onAction={onAction} />
          ))}
        </ul>
      )}
      <DamagedDatabases />
      <div className="settings-buttons">
        <button type="button" className="button" onClick={() => setReporting(true)}>
          {t('troubleshooting.report')}
        </button>
      </div>
      <p className="setting-help">{t('troubleshooting.reportHelp')}</p>
      {reporting && <ReportDialog onClose={() => setReporting(false)} />}
    </>
  );
}
