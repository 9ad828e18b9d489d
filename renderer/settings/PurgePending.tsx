/** Disable & Delete is pending: until when, who asked, and Undo. Every device shows it, also those whose switch was off before. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { devices } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { useNow } from '../ui/useNow.ts';
import { purgeTexts } from './switch-note.ts';

export function PurgePending({ purge }: { purge: NonNullable<SyncStatus['purge']> }) {
  const { t } = useTranslation();
  const act = useAct();
  const now = useNow(60_000);
  const known = devices.use((state) => state.data);
  const [busy, setBusy] = useState(false);
  const { title, left, by } = purgeTexts(purge, known, now);
  return (
    <div className="settings-note purge" role="note">
      <p className="strong">
        {t(title.key, title.values)} {t(left.key, left.values)}
      </p>
      <p>{t(by.key, by.values)}</p>
      <p>{t('switch.purge.help')}</p>
      <button
        type="button"
        className="button"
        aria-busy={busy || undefined}
        disabled={busy}
        onClick={() => {
          setBusy(true);
          void act(() => api.sync.undoPurge.mutate(), t('switch.purge.undone')).finally(() => setBusy(false));
        }}
      >
        {t('switch.purge.undo')}
      </button>
    </div>
  );
}
