/** The database is looked over, or was damaged and is being recovered: what is going on, how far it is, and that nothing is deleted. */
import { useTranslation } from 'react-i18next';
import type { SessionState } from '../../electron/api/types.ts';

export function RecoveringScreen({ state }: { state: Extract<SessionState, { kind: 'recovering' }> }) {
  const { t } = useTranslation();
  const { phase, done, total } = state;
  const looking = phase === 'looking';
  return (
    <main className="screen-message">
      <h1>{t(looking ? 'recovering.lookingTitle' : 'recovering.title')}</h1>
      <p>{t(looking ? 'recovering.looking' : 'recovering.help')}</p>
      <progress
        className="status-progress"
        aria-label={t('recovering.progress')}
        max={1}
        {...(total === null || total === 0 ? {} : { value: Math.min(1, done / total) })}
      />
      <p role="status">
        {phase === 'reading' ? t('recovering.reading', { count: done }) : t(`recovering.${phase}Now`)}
      </p>
    </main>
  );
}
