import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountInfo } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { session, settings } from '../app/state.ts';
import { Field } from '../ui/Field.tsx';
import { useAct } from '../ui/useAct.ts';
import { ChangePassword } from './ChangePassword.tsx';
import { SignOut } from './SignOut.tsx';

export function AccountSettings({ account }: { account: AccountInfo }) {
  const { t } = useTranslation();
  const act = useAct();
  const state = session.use((one) => one.data);
  const chosen = settings.use((one) => one.data);
  const [name, setName] = useState(chosen?.name ?? account.name);
  const [asking, setAsking] = useState<'password' | 'signOut' | null>(null);
  useEffect(() => void settings.load(), []);
  const known = chosen?.name ?? account.name;
  const cloud = state?.kind === 'signedIn' ? state.cloud : null;
  return (
    <>
      <form
        className="settings-name"
        onSubmit={(event) => {
          event.preventDefault();
          void act(
            async () => settings.set(await api.settings.set.mutate({ name: name.trim() })),
            t('settings.nameSaved'),
          );
        }}
      >
        <Field
          label={t('settings.name')}
          help={t('settings.nameHelp')}
          value={name}
          onValue={setName}
          maxLength={100}
          autoComplete="name"
        />
        {name.trim() !== known && (
          <button type="submit" className="button button-primary">
            {t('common.save')}
          </button>
        )}
      </form>
      <dl className="settings-group">
        <div className="setting-row">
          <dt className="setting-label">{t('settings.handle')}</dt>
          <dd className="setting-value">{account.handle}</dd>
        </div>
        {cloud !== null && (
          <div className="setting-row">
            <dt className="setting-label">{t('settings.cloud')}</dt>
            <dd className="setting-value">
              {cloud.here ? t('settings.cloudHere', { url: cloud.url }) : cloud.url}
            </dd>
          </div>
        )}
      </dl>
      <div className="settings-buttons">
        <button type="button" className="button" onClick={() => setAsking('password')}>
          {t('settings.changePassword')}
        </button>
        <button type="button" className="button" onClick={() => setAsking('signOut')}>
          {t('settings.signOut')}
        </button>
      </div>
      <p className="setting-help">{t('settings.version')}</p>
      {asking === 'password' && <ChangePassword account={account} onClose={() => setAsking(null)} />}
      {asking === 'signOut' && <SignOut onClose={() => setAsking(null)} />}
    </>
  );
}
