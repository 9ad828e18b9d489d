/** Somebody's identity has changed: what happened, what it may mean, and the word that only a person can give. */
import { useTranslation } from 'react-i18next';
import type { Id } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { notices, view } from '../app/state.ts';
import { ConfirmAct } from '../ui/ConfirmAct.tsx';

type Props = { person: { id: Id; name: string; handle: string }; onClose: () => void };

export function AcceptIdentity({ person, onClose }: Props) {
  const { t } = useTranslation();
  const { name, handle } = person;
  return (
    <ConfirmAct
      title={t('trust.acceptTitle', { name })}
      confirmLabel={t('trust.accept')}
      act={() => api.people.acceptIdentity.mutate({ id: person.id })}
      onDone={() => {
        view.say(t('trust.accepted', { name }));
        void notices.refresh();
      }}
      onClose={onClose}
    >
      <p>{t('trust.acceptHelp', { name, handle })}</p>
      <p>{t('trust.acceptAsk', { name })}</p>
      <p>{t('trust.acceptThen')}</p>
    </ConfirmAct>
  );
}
