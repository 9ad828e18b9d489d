/** Before somebody is blocked: what does not come any more, where, and that nothing of it can be had later. */
import { useTranslation } from 'react-i18next';
import type { Person } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { nameOf } from '../app/format.ts';
import { view } from '../app/state.ts';
import { ConfirmAct } from '../ui/ConfirmAct.tsx';

type Props = { person: Person; onClose: () => void };

export function BlockPerson({ person, onClose }: Props) {
  const { t } = useTranslation();
  const name = nameOf(person);
  return (
    <ConfirmAct
      title={t('blocking.title', { name })}
      confirmLabel={t('blocking.confirm')}
      act={() => api.people.setBlocked.mutate({ id: person.id, blocked: true })}
      onDone={() => view.say(t('blocking.done', { name }))}
      onClose={onClose}
    >
      <p>{t('blocking.help', { name, handle: person.handle })}</p>
      <p>{t('blocking.stays', { name })}</p>
    </ConfirmAct>
  );
}
