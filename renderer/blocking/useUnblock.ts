import { useTranslation } from 'react-i18next';
import type { Person } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { nameOf } from '../app/format.ts';
import { useAct } from '../ui/useAct.ts';

/** Takes nothing away, so nobody is asked; what it does not bring back is said. */
export function useUnblock(): (person: Person) => Promise<boolean> {
  const { t } = useTranslation();
  const act = useAct();
  return (person) =>
    act(
      () => api.people.setBlocked.mutate({ id: person.id, blocked: false }),
      t('blocking.undone', { name: nameOf(person) }),
    );
}
