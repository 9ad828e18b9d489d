/** The signed-in window: the list on the left, what is open on the right; one of the two when it is narrow. */
import { MessagesSquare, SquarePen } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountInfo } from '../../electron/api/types.ts';
import { DeleteWarning } from '../deletes/DeleteWarning.tsx';
import { RecentlyDeletedPane } from '../deletes/RecentlyDeletedPane.tsx';
import { NewMessagePane } from '../new-message/NewMessagePane.tsx';
import { Notices } from '../notices/Notices.tsx';
import { NotifyBar } from '../notifications/NotifyBar.tsx';
import { startNotifying } from '../notifications/notify.ts';
import { SettingsDialog } from '../settings/SettingsDialog.tsx';
import { unreadIn } from '../sidebar/preview.ts';
import { Sidebar } from '../sidebar/Sidebar.tsx';
import { ConversationPane } from '../transcript/ConversationPane.tsx';
import { conversations } from './conversations.ts';
import { Help } from './Help.tsx';
import { useShortcuts } from './shortcuts.ts';
import { type Pane, useConnection, useView, view } from './state.ts';
import './frame.css';

export function Frame({ account }: { account: AccountInfo }) {
  const { t } = useTranslation();
  const pane = useView((state) => state.pane);
  const connected = useConnection((state) => state.connected);
  const unread = conversations.use((state) => unreadIn(state.data ?? [], Date.now()));
  useShortcuts();
  useEffect(startNotifying, []);
  useEffect(() => {
    document.title = unread > 0 ? t('app.unreadTitle', { count: unread }) : 'Lockstep';
  }, [unread, t]);
  return (
    <div className="frame" data-pane={pane.kind}>
      <a className="skip-link" href="#composer">
        {t('app.skipToMessage')}
      </a>
      <Sidebar />
      <main className="frame-main">
        {!connected && (
          <p className="frame-banner" role="alert">
            {t('app.reconnecting')}
          </p>
        )}
        <Notices />
        <NotifyBar />
        <div className="frame-pane">
          <PaneContent pane={pane} account={account} />
        </div>
      </main>
      <SettingsDialog account={account} />
      <DeleteWarning />
      <Help />
    </div>
  );
}

function PaneContent({ pane, account }: { pane: Pane; account: AccountInfo }) {
  const { t } = useTranslation();
  const list = conversations.use((state) => state.data);
  switch (pane.kind) {
    case 'conversation':
      return <ConversationPane key={pane.id} id={pane.id} at={pane.at} />;
    case 'new':
      return <NewMessagePane account={account} />;
    case 'recentlyDeleted':
      return <RecentlyDeletedPane />;
    case 'none': {
      const empty = list !== null && list.length === 0;
      return (
        <div className="screen-message frame-empty">
          <MessagesSquare className="frame-empty-icon" aria-hidden="true" />
          <h1>
            {empty ? t('app.emptyTitle', { name: account.name || account.handle }) : t('app.pickTitle')}
          </h1>
          <p>{t(empty ? 'app.emptyHelp' : 'app.pickHelp')}</p>
          {empty && (
            <button
              type="button"
              className="button button-primary button-large"
              onClick={() => view.show({ kind: 'new' })}
            >
              <SquarePen aria-hidden="true" />
              {t('app.writeFirst')}
            </button>
          )}
        </div>
      );
    }
  }
}
