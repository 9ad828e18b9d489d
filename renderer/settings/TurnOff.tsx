/** The sheet before the switch goes off: for this device, for all devices, or not; what is downloaded first, and whether it fits. */
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { listNames } from '../app/names.ts';
import { devices } from '../app/state.ts';
import { type Act, AskDialog } from '../ui/AskDialog.tsx';
import { FormError } from '../ui/FormError.tsx';
import { useAnswered } from '../ui/useAnswered.ts';
import { offTexts, tooSmallText } from './switch-preview.ts';
import { useNumbers } from './useNumbers.ts';

export function TurnOff({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { busy, error, run } = useAnswered();
  const { data, waiting, without } = useNumbers(() => api.sync.offPreview.query());
  const others = devices.use((state) => state.data)?.filter((one) => !one.thisDevice) ?? [];
  const tooSmall = data === null || data.fits ? null : tooSmallText(data, i18n.language);
  const turnOff = (everywhere: boolean) => () =>
    run(() => api.sync.setSwitch.mutate({ on: false, everywhere }), onClose);
  const acts: Act[] = [
    { label: t('switch.off.button'), tone: 'plain', onAct: turnOff(false) },
    { label: t('switch.off.buttonEverywhere'), tone: 'plain', onAct: turnOff(true) },
  ];
  return (
    <AskDialog
      open
      busy={busy}
      disabled={waiting}
      title={t('switch.off.title')}
      acts={tooSmall === null ? acts : []}
      onCancel={onClose}
    >
      {waiting && <p role="status">{t('switch.counting')}</p>}
      {without !== null && (
        <p className="strong">
          {t('switch.off.unknown')} {without}
        </p>
      )}
      {tooSmall !== null && (
        <>
          <p className="strong">{t(tooSmall.key, tooSmall.values)}</p>
          <p>{t('switch.off.tooSmallHelp')}</p>
        </>
      )}
      {data?.fits === true && (
        <p className="strong">
          {offTexts(data, i18n.language)
            .map(({ key, values }) => t(key, values))
            .join(' ')}
        </p>
      )}
      {tooSmall === null && <p>{t('switch.off.help')}</p>}
      {tooSmall === null && others.length > 0 && (
        <p>
          {t('switch.off.everywhereHelp', {
            count: others.length,
            names: listNames(i18n.language)(others.map(({ name }) => name)),
          })}
        </p>
      )}
      <FormError text={error} />
    </AskDialog>
  );
}
