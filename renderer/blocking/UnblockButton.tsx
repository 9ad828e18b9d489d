import { useTranslation } from 'react-i18next';
import type { Person } from '../../electron/api/types.ts';
import { nameOf } from '../app/format.ts';
import { useUnblock } from './useUnblock.ts';

export function UnblockButton({ person }: { person: Person }) {
  const { t } = useTranslation();
  const unblock = useUnblock();
  return (
    <button
      type="button"
      className="button"
      aria-label={t('blocking.unblockNamed', { name: nameOf(person) })}
      onClick={() => void unblock(person)}
    >
      {t('blocking.unblock')}
    </button>
  );
}
