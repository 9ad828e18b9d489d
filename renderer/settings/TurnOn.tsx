/** The sheet before the switch goes on: what will happen, and how much; what becomes of deletes made while it was off. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeletedHere } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { FormError } from '../ui/FormError.tsx';
import { useAnswered } from '../ui/useAnswered.ts';
import { RadioGroup } from './RadioGroup.tsx';
import { onTexts, turnOnInput } from './switch-preview.ts';
import { useNumbers } from './useNumbers.ts';

export function TurnOn({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { busy, error, run } = useAnswered();
  const { data, waiting, without } = useNumbers(() => api.sync.preview.query());
  const [deletedHere, setDeletedHere] = useState<DeletedHere>('bringBack');
  const texts = data === null ? [] : onTexts(data, i18n.language);
  return (
    <ConfirmDialog
      open
      busy={busy}
      disabled={waiting}
      title={t('switch.on.title')}
      confirmLabel={t('switch.on.button')}
      onCancel={onClose}
      onConfirm={() => run(() => api.sync.setSwitch.mutate(turnOnInput(data, deletedHere)), onClose)}
    >
      {waiting && <p role="status">{t('switch.counting')}</p>}
      {without !== null && (
        <>
          <p className="strong">
            {t('switch.on.unknown')} {without}
          </p>
          <p>{t('switch.on.unknownHelp')}</p>
        </>
      )}
      {texts.length > 0 && (
        <p className="strong">{texts.map(({ key, values }) => t(key, values)).join(' ')}</p>
      )}
      {data !== null && data.deletedWithConversation > 0 && (
        <p className="strong">
          {t('switch.on.deletedWithConversation', { count: data.deletedWithConversation })}
        </p>
      )}
      {data !== null && data.deletedHere > 0 && (
        <RadioGroup
          legend={t('switch.on.deletedHere', { count: data.deletedHere })}
          value={deletedHere}
          options={[
            { value: 'bringBack', label: t('switch.on.bringBack') },
            { value: 'everywhere', label: t('switch.on.deleteEverywhere') },
          ]}
          onChange={setDeletedHere}
        />
      )}
      {data !== null && data.deletedElsewhere > 0 && (
        <p className="strong">{t('switch.on.deletedElsewhere', { count: data.deletedElsewhere })}</p>
      )}
      {data !== null && data.expiring > 0 && (
        <p className="strong">{t('keep.onExpiring', { count: data.expiring })}</p>
      )}
      <p>{t('switch.on.help')}</p>
      <FormError text={error} />
    </ConfirmDialog>
  );
}
