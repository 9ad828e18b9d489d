/** The diagnostic report, whole, before it goes anywhere: what is saved and copied is what stands here. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DiagnosticReport } from '../../../electron/api/troubleshooting-types.ts';
import type { ApiFailure } from '../../../electron/api/types.ts';
import { api, failureOf } from '../../app/api.ts';
import { view } from '../../app/state.ts';
import { failureText } from '../../ui/failure.ts';
import { Modal } from '../../ui/Modal.tsx';

export function ReportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [report, setReport] = useState<DiagnosticReport | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  useEffect(() => {
    api.troubleshooting.report.query().then(setReport, (error: unknown) => setFailure(failureOf(error)));
  }, []);
  return (
    <Modal open title={t('troubleshooting.reportTitle')} onClose={onClose} className="report">
      <div className="dialog-body report-body">
        {failure !== null && (
          <p className="form-error" role="alert">
            {failureText(t, failure)}
          </p>
        )}
        {report === null && failure === null && <p role="alert">{t('troubleshooting.checking')}</p>}
        {report !== null && (
          <>
            <p>{t('troubleshooting.reportAll')}</p>
            <section
              className="report-text"
              aria-label={t('troubleshooting.reportText')}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
              tabIndex={0}
              lang="en"
            >
              <pre>{report.text}</pre>
            </section>
            <div className="dialog-buttons">
              <button
                type="button"
                className="button"
                onClick={() => {
                  navigator.clipboard.writeText(report.text).then(
                    () => view.say(t('troubleshooting.copied')),
                    () => view.say(t('troubleshooting.notCopied')),
                  );
                }}
              >
                {t('troubleshooting.copy')}
              </button>
              <button type="button" className="button button-primary" onClick={() => save(report)}>
                {t('troubleshooting.save')}
              </button>
            </div>
          </>
        )}
      </div>
    </Modal>
  );
}

/** As the browser saves files; in Electron the system asks where to. */
function save({ text, fileName }: DiagnosticReport): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
