/** The questions before the switch is turned: what will happen, and how much. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiFailure, SwitchPreview } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';
import { useAct } from '../ui/useAct.ts';
import { previewLines } from './switch-preview.ts';

type Props = { open: boolean; onClose: () => void };

export function TurnOn({ open, onClose }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  const [preview, setPreview] = useState<SwitchPreview | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  useEffect(() => {
    if (!open) return;
    setPreview(null);
    setFailure(null);
    api.sync.preview.query().then(setPreview, (error: unknown) => setFailure(failureOf(error)));
  }, [open]);
  return (
    <ConfirmDialog
      open={open}
      title={t('settings.onTitle')}
      confirmLabel={t('settings.turnOn')}
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        void act(() => api.sync.setSwitch.mutate({ on: true }));
      }}
    >
      {failure !== null && <p>{failureText(t, failure)}</p>}
      {preview === null && failure === null && <p>{t('common.loading')}</p>}
      {preview !== null &&
        previewLines(preview).map((line) => (
          <p key={line.key} className="strong">
            {t(line.key, line.values)}
          </p>
        ))}
      <p>{t('settings.onHelp')}</p>
    </ConfirmDialog>
  );
}

export function TurnOff({ open, onClose }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  return (
    <ConfirmDialog
      open={open}
      title={t('settings.offTitle')}
      confirmLabel={t('settings.turnOff')}
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        void act(() => api.sync.setSwitch.mutate({ on: false }));
      }}
    >
      <p>{t('settings.offHelp')}</p>
      <p>{t('settings.offOthers')}</p>
    </ConfirmDialog>
  );
}
