/** How far it is: a bar of what is known, and an honest one of what is not. */
import { useTranslation } from 'react-i18next';
import type { StatusLine } from './status-line.ts';

export function StatusProgress({ progress }: { progress: StatusLine['progress'] }) {
  const { t } = useTranslation();
  if (progress === null) return null;
  return (
    <progress
      className="status-progress"
      aria-label={t('status.progress')}
      max={1}
      {...(progress === 'unknown' ? {} : { value: progress })}
    />
  );
}
