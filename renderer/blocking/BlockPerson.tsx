/** Before somebody is blocked: what does not come any more, where, and that nothing of it can be had later. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { nameOf } from '../app/format.ts';
import { view } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';

type Props = { person: Person; onClose: () => void };

export function BlockPerson({ person, onClose }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const name = nameOf(person);
  return (
    <ConfirmDialog
      open
      destructive
      busy={busy}
      title={t('blocking.title', { name })}
      confirmLabel={t('blocking.confirm')}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        setError(null);
        api.people.setBlocked.mutate({ id: person.id, blocked: true }).then(
          () => {
            view.say(t('blocking.done', { name }));
            onClose();
          },
          (caught: unknown) => {
            setError(failureText(t, failureOf(caught)));
            setBusy(false);
          },
        );
      }}
    >
      <p>{t('blocking.help', { name, handle: person.handle })}</p>
      <p>{t('blocking.stays', { name })}</p>
      {error !== null && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
    </ConfirmDialog>
  );
}
