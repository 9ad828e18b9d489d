/** How long messages are kept: for the account while this device takes part, else for this device. Shorter asks first. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeepDays, KeepPreview } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { fullTime } from '../app/format.ts';
import { listNames } from '../app/names.ts';
import { settings, status, view } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';
import { useAct } from '../ui/useAct.ts';
import { useNow } from '../ui/useNow.ts';
import { choiceText, KEEP_CHOICES, keepWarning, pendingAt, shortens } from './keep-text.ts';
import { RadioGroup } from './RadioGroup.tsx';

export function KeepMessages() {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const now = useNow(10_000);
  const keep = settings.use((state) => state.data?.keepMessages ?? null);
  const turned = status.use((state) => state.data?.switch);
  const [asking, setAsking] = useState<KeepDays | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whose setting it is changes with the switch
  useEffect(() => void settings.load(), [turned]);
  if (keep === null) return null;

  const text = (days: number): string => {
    const { key, values } = choiceText(days);
    return t(key, values);
  };
  const set = (days: KeepDays): void =>
    void act(async () => settings.set(await api.settings.setKeepMessages.mutate({ days })));
  // A newer app's choice is shown, and not offered.
  const known: readonly number[] = KEEP_CHOICES;
  const choices = known.includes(keep.days) ? known : [...known, keep.days];
  const pending = pendingAt(keep, now);
  const { before } = keep;
  const back = KEEP_CHOICES.find((days) => days === before);
  return (
    <>
      <RadioGroup
        legend={t('keep.legend')}
        value={String(keep.days)}
        options={choices.map((days) => ({ value: String(days), label: text(days) }))}
        onChange={(value) => {
          const days = KEEP_CHOICES.find((one) => String(one) === value);
          if (days === undefined) return;
          if (shortens(keep, days, Date.now())) setAsking(days);
          else set(days);
        }}
      >
        {pending !== null && (
          <div className="settings-note keep-pending" role="note">
            <p>
              {t('keep.pending', {
                choice: text(keep.days),
                before: text(before),
                when: fullTime(pending, i18n.language),
              })}
            </p>
            {back !== undefined && (
              <button type="button" className="button" onClick={() => set(back)}>
                {t('keep.undo')}
              </button>
            )}
          </div>
        )}
        <p className="setting-help radio-help">
          {t(keep.scope === 'account' ? 'keep.scopeAccount' : 'keep.scopeDevice')}
        </p>
      </RadioGroup>
      {asking !== null && <Shorten key={asking} days={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

/** Opens whole, once it is known how many messages go, and where. */
function Shorten({ days, onClose }: { days: KeepDays; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const [preview, setPreview] = useState<KeepPreview | null>(null);
  const [busy, setBusy] = useState(false);
  const choose = async (): Promise<void> => {
    await act(async () => settings.set(await api.settings.setKeepMessages.mutate({ days })));
    onClose();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when the question comes up
  useEffect(() => {
    let stale = false;
    api.settings.keepPreview.query({ days }).then(
      (answer) => {
        if (stale) return;
        // Somebody has shortened it meanwhile, elsewhere: nothing is left to ask.
        if (answer.effectiveAt === null) void choose();
        else setPreview(answer);
      },
      (error: unknown) => {
        if (stale) return;
        view.say(failureText(t, failureOf(error)));
        onClose();
      },
    );
    return () => {
      stale = true;
    };
  }, []);
  if (preview === null) return null;
  const { before, effectiveAt } = preview;
  if (before === null || effectiveAt === null) return null;
  const { title, lines } = keepWarning(
    days,
    { ...preview, before, effectiveAt },
    i18n.language,
    listNames(i18n.language),
  );
  return (
    <ConfirmDialog
      open
      destructive
      title={t(title.key, title.values)}
      confirmLabel={t('keep.confirm')}
      busy={busy}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        void choose();
      }}
    >
      {lines.map(({ key, values, from }, index) => (
        <p key={key} className={index === 0 ? 'strong' : undefined}>
          {t(key, from === undefined ? values : { ...values, from: t(from.key, from.values) })}
        </p>
      ))}
    </ConfirmDialog>
  );
}
