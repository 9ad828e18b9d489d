/** The left part: what can be started, the search field, the conversations or what was found, the status line. */
import { Settings as SettingsIcon, SquarePen, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useView, view } from '../app/state.ts';
import { ConversationList } from './ConversationList.tsx';
import { SearchField } from './SearchField.tsx';
import { SearchResults } from './SearchResults.tsx';
import { StatusFooter } from './StatusFooter.tsx';
import './sidebar.css';

export function Sidebar() {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const pane = useView((state) => state.pane);
  const searching = query.trim() !== '';
  return (
    <div className="sidebar">
      <header className="sidebar-header">
        <button
          type="button"
          className="icon-button"
          aria-label={t('sidebar.settings')}
          title={t('sidebar.settings')}
          onClick={() => view.openSettings()}
        >
          <SettingsIcon aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t('sidebar.newMessage')}
          title={t('sidebar.newMessage')}
          onClick={() => view.show({ kind: 'new' })}
        >
          <SquarePen aria-hidden="true" />
        </button>
      </header>
      <SearchField value={query} onValue={setQuery} />
      {searching && <SearchResults query={query.trim()} />}
      <nav className="conversations" aria-label={t('sidebar.conversations')} hidden={searching}>
        <ConversationList />
      </nav>
      <StatusFooter />
      <footer className="sidebar-footer">
        <button
          type="button"
          className="quiet-button"
          aria-current={pane.kind === 'recentlyDeleted' ? 'page' : undefined}
          onClick={() => view.show({ kind: 'recentlyDeleted' })}
        >
          <Trash2 aria-hidden="true" />
          {t('sidebar.recentlyDeleted')}
        </button>
      </footer>
    </div>
  );
}
