/** Damaged databases that were set aside: what came of each, where its files are, and deleting those. Nothing where there is none. */
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DamagedDatabase } from '../../../electron/api/troubleshooting-types.ts';
import { api } from '../../app/api.ts';
import { byteSize, fullTime } from '../../app/format.ts';
import { status, view } from '../../app/state.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { useAct } from '../../ui/useAct.ts';
import { damagedTexts } from './damaged-text.ts';

export function DamagedDatabases() {
  const { t } = useTranslation();
  const [list, setList] = useState<DamagedDatabase[]>([]);
  const load = useCallback(
    () =>
      api.troubleshooting.damaged.query().then(setList, () => {
        // The page's own failure line says what is the matter.
      }),
    [],
  );
  // What is still coming from iCloud is looked at again as it comes.
  const phase = status.use((state) => state.data?.phase);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the phase is what asks again
  useEffect(() => void load(), [load, phase]);
  if (list.length === 0) return null;
  return (
    <section aria-labelledby="damaged-heading">
      <h3 id="damaged-heading" className="settings-heading">
        {t('damaged.heading')}
      </h3>
      <p className="setting-help">{t('damaged.help')}</p>
      <ul className="settings-group" aria-labelledby="damaged-heading">
        {list.map((one) => (
          <DamagedRow key={one.name} one={one} onChange={load} />
        ))}
      </ul>
    </section>
  );
}

function DamagedRow({ one, onChange }: { one: DamagedDatabase; onChange: () => Promise<void> }) {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { language } = i18n;
  const when = fullTime(one.at, language);
  const texts = damagedTexts(one, { language, counted: (key, count) => t(`damaged.${key}`, { count }) });
  const { files } = one;
  const size = files === null ? '' : byteSize(files.bytes, language);
  return (
    <li className="setting-row check-row" data-name={one.name}>
      <div className="setting-text check-text">
        <p className="setting-label">{t(one.log ? 'damaged.logTitle' : 'damaged.title', { when })}</p>
        {texts.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no other name, and keep their places
          <p key={index} className="setting-help">
            {t(text.key, text.values)}
          </p>
        ))}
        <p className="setting-help">
          {files === null ? t('damaged.noFiles') : t('damaged.files', { size, folder: files.folder })}
        </p>
        {files !== null && (
          <div className="settings-buttons damaged-buttons">
            <button
              type="button"
              className="button"
              onClick={() => {
                navigator.clipboard.writeText(files.folder).then(
                  () => view.say(t('damaged.copied')),
                  () => view.say(t('damaged.notCopied')),
                );
              }}
            >
              {t('damaged.copyPath')}
            </button>
            {!one.log && (
              <a className="button" href={`/damaged/${one.name}`} download={`${one.name}.db`}>
                {t('damaged.save')}
              </a>
            )}
            <button type="button" className="button" onClick={() => setAsking(true)}>
              {t('damaged.delete')}
            </button>
          </div>
        )}
        <ConfirmDialog
          open={asking}
          busy={busy}
          destructive
          title={t('damaged.deleteTitle')}
          confirmLabel={t('damaged.deleteButton')}
          onCancel={() => setAsking(false)}
          onConfirm={() => {
            setBusy(true);
            void act(async () => {
              await api.troubleshooting.removeDamaged.mutate({ name: one.name, confirmed: true });
              await onChange();
            })
              .then((ok) => {
                if (!ok) return;
                setAsking(false);
                view.say(t('damaged.deleted'));
              })
              .finally(() => setBusy(false));
          }}
        >
          <p>{t('damaged.deleteHelp', { when, size })}</p>
        </ConfirmDialog>
      </div>
    </li>
  );
}
