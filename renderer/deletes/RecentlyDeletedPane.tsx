/** What was deleted in the last 30 days, however much: bring it back, or let it go at once. Some of it, or all. */
import { ChevronLeft, Trash2 } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VList, type VListHandle } from 'virtua';
import type { Id } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { isCommand } from '../app/keys.ts';
import { view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import { useRoving } from '../ui/useRoving.ts';
import { DeletedHeading, DeletedItem } from './DeletedItem.tsx';
import { countOf, deletedList, useDeleted } from './deleted-list.ts';
import { withNewer } from './done.ts';
import { type DeletedRow, deletedRows } from './groups.ts';
import { inPieces } from './pieces.ts';
import { useChosen } from './useChosen.ts';
import './recently-deleted.css';

/** From the end, in pixels: time to ask for more. */
const NEAR = 1200;

export function RecentlyDeletedPane() {
  const { t } = useTranslation();
  const groups = useDeleted((state) => state.groups);
  const failure = useDeleted((state) => state.failure);
  useEffect(() => deletedList.watch(), []);
  const count = countOf(groups ?? []);
  const [busy, setBusy] = useState(false);

  async function recover(ids: Id[] | 'all'): Promise<void> {
    setBusy(true);
    try {
      const { messages, stopped, newer } = await inPieces(ids, (some) =>
        api.recentlyDeleted.recover.mutate({ ids: some }),
      );
      const recovered = withNewer(t, t('recentlyDeleted.recovered', { count: messages }), newer);
      const why = stopped && failureText(t, { reason: stopped, retryAfterMs: null, about: null });
      view.say(why === null ? recovered : `${recovered} ${t('recentlyDeleted.notAll', { why })}`);
    } catch (error) {
      view.say(failureText(t, failureOf(error)));
    }
    setBusy(false);
  }

  return (
    <section className="pane" aria-label={t('recentlyDeleted.pane')} aria-busy={busy || undefined}>
      <header className="pane-header deleted-header">
        <button
          type="button"
          className="icon-button pane-back"
          aria-label={t('transcript.back')}
          onClick={() => view.show({ kind: 'none' })}
        >
          <ChevronLeft aria-hidden="true" />
        </button>
        <h1 className="pane-title new-title">{t('recentlyDeleted.title')}</h1>
        {count > 0 && (
          <div className="deleted-header-buttons">
            <button type="button" className="button" disabled={busy} onClick={() => void recover('all')}>
              {t('recentlyDeleted.recoverAll')}
            </button>
            <button
              type="button"
              className="button button-warn"
              disabled={busy}
              onClick={() => view.askToDelete({ kind: 'forGood', ids: 'all' })}
            >
              {t('recentlyDeleted.deleteAll')}
            </button>
          </div>
        )}
      </header>
      {failure !== null && (
        <p className="to-error" role="alert">
          {failureText(t, failure)}
        </p>
      )}
      {groups !== null && count === 0 && (
        <ul className="deleted-list" aria-label={t('recentlyDeleted.title')}>
          <li className="screen-message deleted-empty">
            <Trash2 className="frame-empty-icon" aria-hidden="true" />
            <h2>{t('recentlyDeleted.empty')}</h2>
            <p>{t('recentlyDeleted.emptyHelp')}</p>
          </li>
        </ul>
      )}
      {count > 0 && <DeletedList busy={busy} onRecover={recover} />}
    </section>
  );
}

function DeletedList({ busy, onRecover }: { busy: boolean; onRecover: (ids: Id[]) => Promise<void> }) {
  const { t } = useTranslation();
  const groups = useDeleted((state) => state.groups);
  const items = useDeleted((state) => state.items);
  const count = countOf(groups ?? []);
  const rows = useMemo(() => deletedRows(groups ?? [], items), [groups, items]);
  const chosen = useChosen(items, count);
  const list = useRef<VListHandle>(null);
  const container = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const active = Math.max(
    0,
    rows.findIndex((row) => row.key === activeKey),
  );
  const roving = useRoving({
    list,
    container,
    count: rows.length,
    canFocus: (index) => rows[index]?.kind !== 'more',
    active,
    setActive: (index) => setActiveKey(rows[index]?.key ?? null),
  });
  const look = (): void => {
    const handle = list.current;
    if (handle !== null && handle.scrollSize - handle.scrollOffset - handle.viewportSize < NEAR)
      void deletedList.more();
  };
  // What is here may not fill the window.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every change of what is shown
  useEffect(look, [rows]);
  const headings = rows.filter((row) => row.kind === 'heading');
  const all = chosen.ids.size >= count;
  const nothing = busy || chosen.ids.size === 0;

  const draw = (row: DeletedRow, index: number) => {
    const place = { index, tabStop: index === active, onFocused: () => setActiveKey(row.key) };
    switch (row.kind) {
      case 'heading':
        return (
          <DeletedHeading
            key={row.key}
            group={row.group}
            state={chosen.stateOf(row)}
            onSelect={(on) => chosen.chooseConversation(row, on)}
            {...place}
          />
        );
      case 'item':
        return (
          <DeletedItem
            key={row.key}
            item={row.item}
            last={row.last}
            selected={chosen.ids.has(row.key)}
            onSelect={(on) => chosen.choose(row.item, on)}
            {...place}
          />
        );
      case 'more':
        return (
          <p key={row.key} className="deleted-more">
            {t('recentlyDeleted.more')}
          </p>
        );
    }
  };

  return (
    <>
      <p className="deleted-help">{t('recentlyDeleted.help')}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the boxes inside */}
      <div
        className="deleted-scroll"
        ref={container}
        onKeyDown={(event) => {
          if (isCommand(event) && event.key.toLowerCase() === 'a') {
            event.preventDefault();
            chosen.chooseAll(headings);
          } else roving.onKeyDown(event);
        }}
      >
        <VList
          ref={list}
          role="list"
          aria-label={t('recentlyDeleted.title')}
          className="deleted-list"
          data={rows}
          bufferSize={800}
          keepMounted={[active]}
          onScroll={look}
        >
          {draw}
        </VList>
      </div>
      <footer className="deleted-bar">
        <button
          type="button"
          className="button"
          onClick={() => (all ? chosen.chooseNone() : chosen.chooseAll(headings))}
        >
          {t(all ? 'recentlyDeleted.selectNone' : 'recentlyDeleted.selectAll')}
        </button>
        <span className="deleted-count" aria-live="polite">
          {t('recentlyDeleted.selected', { count: chosen.ids.size })}
        </span>
        <button
          type="button"
          className="button"
          disabled={nothing}
          onClick={() => void onRecover([...chosen.ids])}
        >
          {t('recentlyDeleted.recover')}
        </button>
        <button
          type="button"
          className="button button-danger"
          disabled={nothing}
          onClick={() => view.askToDelete({ kind: 'forGood', ids: [...chosen.ids] })}
        >
          {t('recentlyDeleted.deleteNow')}
        </button>
      </footer>
    </>
  );
}
