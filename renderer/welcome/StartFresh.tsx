import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { session } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { useAct } from '../ui/useAct.ts';

export function StartFresh({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  return (
    <ConfirmDialog
      open={open}
      busy={busy}
      title={t('closed.freshTitle')}
      confirmLabel={t('closed.freshButton')}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        void act(async () => session.set(await api.session.startFresh.mutate({ confirmed: true })))
          .then((ok) => ok && onClose())
          .finally(() => setBusy(false));
      }}
    >
      <p>{t('closed.freshHelp')}</p>
    </ConfirmDialog>
  );
}
