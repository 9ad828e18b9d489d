/** What the status line adds to its text, as sentences one after the other. */
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { StatusText } from './status-line.ts';

export function StatusDetails({ details }: { details: StatusText[] }) {
  const { t } = useTranslation();
  return details.map(({ key, values }, index) => (
    <Fragment key={key}>
      {index > 0 && ' '}
      {/* A screen reader is not told every second how many are left. */}
      <span aria-live={key === 'status.help.nextTry' ? 'off' : undefined}>{t(key, values)}</span>
    </Fragment>
  ));
}
