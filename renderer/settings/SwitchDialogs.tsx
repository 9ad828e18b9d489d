/** The questions before the switch is turned: what will happen, and how much. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiFailure, DeletedHere, SwitchPreview } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';
import { useAct } from '../ui/useAct.ts';
import { RadioGroup } from './RadioGroup.tsx';
import { previewLines, turnOnInput } from './switch-preview.ts';

type Props = { open: boolean; onClose: () => void };

export function TurnOn({ open, onClose }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  const [preview, setPreview] = useState<SwitchPreview | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [deletedHere, setDeletedHere] = useState<DeletedHere>('bringBack');
  useEffect(() => {
    if (!open) return;
    setPreview(null);
    setFailure(null);
    setDeletedHere('bringBack');
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
        void act(() => api.sync.setSwitch.mutate(turnOnInput(preview, deletedHere)));
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
      {preview !== null && preview.deletedHere > 0 && (
        <RadioGroup
          legend={t('settings.onDeletedHere', { count: preview.deletedHere })}
          value={deletedHere}
          options={[
            { value: 'bringBack', label: t('settings.onBringBack') },
            { value: 'everywhere', label: t('settings.onDeleteEverywhere') },
          ]}
          onChange={setDeletedHere}
        />
      )}
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
