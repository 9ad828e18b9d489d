/** One check: its result as an icon and in words, what was found, and the button that helps. */
import { CircleCheck, CircleHelp, CircleX, type LucideIcon, TriangleAlert } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Check, CheckAction, CheckResult } from '../../../electron/api/troubleshooting-types.ts';
import { type CheckText, checkTexts } from './check-text.ts';
import { type ExplainedAction, isExplained } from './useCheckActions.ts';

const ICONS: Record<CheckResult, LucideIcon> = {
  ok: CircleCheck,
  attention: TriangleAlert,
  problem: CircleX,
  unknown: CircleHelp,
};

type Props = {
  check: Check;
  now: number;
  onAction: (action: Exclude<CheckAction, ExplainedAction>) => Promise<void>;
};

export function CheckRow({ check, now, onAction }: Props) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [explained, setExplained] = useState(false);
  const { result, action } = check;
  const Icon = ICONS[result];
  const texts: CheckText[] = checkTexts(check, { now, language: i18n.language, phrase: (key) => t(key) });
  const press = (): void => {
    if (action === null || busy) return;
    if (isExplained(action)) {
      setExplained((before) => !before);
      return;
    }
    setBusy(true);
    void onAction(action).finally(() => setBusy(false));
  };
  const explains = action !== null && isExplained(action);
  return (
    <li className="setting-row check-row" data-result={result} aria-labelledby={`${id}-title`}>
      <Icon aria-hidden="true" className="check-icon" />
      <div className="setting-text check-text">
        <p className="setting-label" id={`${id}-title`}>
          {t(`troubleshooting.title.${check.check}`)}
        </p>
        {texts.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one check have no other name, and keep their places
          <p key={index} className="setting-help">
            {t(text.key, text.values)}
          </p>
        ))}
        {explains && explained && (
          <p className="check-help" id={`${id}-help`}>
            {t(helpKey(action))}
          </p>
        )}
      </div>
      <div className="check-side">
        <span className="check-result">{t(`troubleshooting.result.${result}`)}</span>
        {action !== null && (
          <button
            type="button"
            className="button"
            aria-describedby={`${id}-title`}
            aria-busy={busy || undefined}
            aria-disabled={busy || undefined}
            aria-expanded={explains ? explained : undefined}
            aria-controls={explains && explained ? `${id}-help` : undefined}
            onClick={press}
          >
            {t(`troubleshooting.act.${action}`)}
          </button>
        )}
      </div>
    </li>
  );
}

/** Where a clock is set differs; the window runs on the computer whose clock it is. */
function helpKey(action: ExplainedAction): string {
  if (action === 'update') return 'troubleshooting.help.update';
  const { platform } = navigator;
  if (/mac/i.test(platform)) return 'troubleshooting.help.clockMac';
  return /win/i.test(platform) ? 'troubleshooting.help.clockWindows' : 'troubleshooting.help.clockLinux';
}
