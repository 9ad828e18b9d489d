/** What was deleted in the last 30 days: bring it back, or let it go at once. */
import { ChevronLeft, Trash2 } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Id } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { recentlyDeleted, view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import { useAct } from '../ui/useAct.ts';
import { DeletedItem } from './DeletedItem.tsx';
import { groupDeleted, keepSelected, recoveredWith } from './groups.ts';
import './recently-deleted.css';

export function RecentlyDeletedPane() {
  const { t } = useTranslation();
  const act = useAct();
  const items = recentlyDeleted.use((state) => state.data);
  const failure = recentlyDeleted.use((state) => state.failure);
  const [chosen, setChosen] = useState<ReadonlySet<Id>>(new Set());
  useEffect(() => void recentlyDeleted.load(), []);
  const groups = useMemo(() => groupDeleted(items ?? []), [items]);
  const selected = useMemo(() => keepSelected(chosen, items ?? []), [chosen, items]);
  const back = useMemo(() => recoveredWith(selected, items ?? []), [selected, items]);
  const all = (items ?? []).map((item) => item.message.id);

  function choose(ids: readonly Id[], on: boolean): void {
    const next = new Set(selected);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  }

  return (
    <section className="pane" aria-label={t('recentlyDeleted.pane')}>
      <header className="pane-header">
        <button
          type="button"
          className="icon-button pane-back"
          aria-label={t('transcript.back')}
          onClick={() => view.show({ kind: 'none' })}
        >
          <ChevronLeft aria-hidden="true" />
        </button>
        <h1 className="pane-title new-title">{t('recentlyDeleted.title')}</h1>
      </header>
      {failure !== null && (
        <p className="to-error" role="alert">
          {failureText(t, failure)}
        </p>
      )}
      {items !== null && items.length === 0 && (
        <ul className="deleted-list" aria-label={t('recentlyDeleted.title')}>
          <li className="screen-message deleted-empty">
            <Trash2 className="frame-empty-icon" aria-hidden="true" />
            <h2>{t('recentlyDeleted.empty')}</h2>
            <p>{t('recentlyDeleted.emptyHelp')}</p>
          </li>
        </ul>
      )}
      {items !== null && items.length > 0 && (
        <>
          <p className="deleted-help">{t('recentlyDeleted.help')}</p>
          <ul className="deleted-list" aria-label={t('recentlyDeleted.title')}>
            {groups.map((group) => {
              const ids = group.items.map((item) => item.message.id);
              const on = ids.every((id) => selected.has(id));
              return (
                <li key={group.conversationId} className="deleted-group">
                  <label className="deleted-heading">
                    <input
                      type="checkbox"
                      checked={on}
                      aria-label={t('recentlyDeleted.selectConversation', { title: group.title })}
                      onChange={() => choose(ids, !on)}
                    />
                    <bdi>{group.title}</bdi>
                    <span>{t('recentlyDeleted.messages', { count: ids.length })}</span>
                  </label>
                  <ul>
                    {group.items.map((item) => (
                      <DeletedItem
                        key={item.message.id}
                        item={item}
                        selected={selected.has(item.message.id)}
                        onSelect={(next) => choose([item.message.id], next)}
                      />
                    ))}
                  </ul>
                </li>
              );
            })}
          </ul>
          <footer className="deleted-bar">
            <button type="button" className="button" onClick={() => choose(all, selected.size < all.length)}>
              {t(selected.size < all.length ? 'recentlyDeleted.selectAll' : 'recentlyDeleted.selectNone')}
            </button>
            <span className="deleted-count">{t('recentlyDeleted.selected', { count: selected.size })}</span>
            <button
              type="button"
              className="button"
              disabled={selected.size === 0}
              onClick={() =>
                void act(
                  () => api.recentlyDeleted.recover.mutate({ ids: [...selected] }),
                  t('recentlyDeleted.recovered', { count: back.size }),
                )
              }
            >
              {t('recentlyDeleted.recover')}
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={selected.size === 0}
              onClick={() => view.askToDelete({ kind: 'forGood', ids: [...selected] })}
            >
              {t('recentlyDeleted.deleteNow')}
            </button>
          </footer>
        </>
      )}
    </section>
  );
}
