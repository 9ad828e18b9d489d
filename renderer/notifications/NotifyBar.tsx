/** Above what is open, until it is answered once: whether this browser may say that somebody wrote. */
import { Bell } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { conversations } from '../app/conversations.ts';
import { settings } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { askForPermission, usePermission } from './permission.ts';
import '../notices/notices.css';

export function NotifyBar() {
  const { t } = useTranslation();
  const act = useAct();
  const { permission } = usePermission();
  const level = settings.use((state) => state.data?.notifications ?? 'off');
  const isUsed = conversations.use((state) => (state.data ?? []).some((one) => one.lastMessage !== null));
  if (permission !== 'default' || level === 'off' || !isUsed) return null;
  return (
    <section aria-label={t('settings.notifications')} className="notices">
      <div className="notice" data-tone="information">
        <Bell aria-hidden="true" />
        <p>{t('notifications.offer')}</p>
        <button type="button" className="button notice-button" onClick={() => void act(askForPermission)}>
          {t('notifications.allow')}
        </button>
        <button
          type="button"
          className="button notice-button"
          onClick={() =>
            void act(async () => settings.set(await api.settings.set.mutate({ notifications: 'off' })))
          }
        >
          {t('notifications.notNow')}
        </button>
      </div>
    </section>
  );
}
