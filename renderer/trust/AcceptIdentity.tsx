/** Somebody's identity has changed: what happened, what it may mean, and the word that only a person can give. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Id } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { notices, view } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';

type Props = { person: { id: Id; name: string; handle: string }; onClose: () => void };

export function AcceptIdentity({ person, onClose }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { name, handle } = person;
  return (
    <ConfirmDialog
      open
      destructive
      busy={busy}
      title={t('trust.acceptTitle', { name })}
      confirmLabel={t('trust.accept')}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        setError(null);
        api.people.acceptIdentity.mutate({ id: person.id }).then(
          () => {
            view.say(t('trust.accepted', { name }));
            void notices.refresh();
            onClose();
          },
          (caught: unknown) => {
            setError(failureText(t, failureOf(caught)));
            setBusy(false);
          },
        );
      }}
    >
      <p>{t('trust.acceptHelp', { name, handle })}</p>
      <p>{t('trust.acceptAsk', { name })}</p>
      <p>{t('trust.acceptThen')}</p>
      {error !== null && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
    </ConfirmDialog>
  );
}
