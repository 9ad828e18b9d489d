/** In the composer's place while messages are chosen: how many, and what can be done with them. */
import { Copy, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Id, Message } from '../../electron/api/types.ts';
import { useAct } from '../ui/useAct.ts';
import { copyText } from './copy.ts';
import { MOST, type Selecting } from './useSelection.ts';

type Props = { selecting: Selecting; conversationId: Id; messages: readonly Message[] };

export function SelectionBar({ selecting, conversationId, messages }: Props) {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const count = selecting.selection?.ids.size ?? 0;
  const said =
    count === 0
      ? t('select.none')
      : count >= MOST
        ? t('select.most', { count })
        : t('select.count', { count });
  return (
    <div role="toolbar" aria-label={t('select.bar')} className="selection-bar">
      <button type="button" className="button" onClick={selecting.end}>
        {t('select.done')}
      </button>
      <button type="button" className="button selection-all" onClick={selecting.chooseAll}>
        {t('select.all')}
      </button>
      <p className="selection-count" aria-live="polite">
        {said}
      </p>
      <button
        type="button"
        className="button"
        disabled={count === 0}
        onClick={() => {
          const ids = selecting.selection?.ids ?? new Set<Id>();
          void act(
            async () =>
              navigator.clipboard.writeText(await copyText(t, i18n.language, conversationId, ids, messages)),
            t('select.copied', { count }),
          );
        }}
      >
        <Copy aria-hidden="true" />
        {t('select.copy')}
      </button>
      <button
        type="button"
        className="button button-danger"
        disabled={count === 0}
        onClick={selecting.remove}
      >
        <Trash2 aria-hidden="true" />
        {t('select.delete')}
      </button>
    </div>
  );
}
