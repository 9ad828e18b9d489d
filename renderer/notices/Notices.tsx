/** What a person must be told, above what is open, until they put it away. */
import { Info, ShieldAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Notice } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { fullTime } from '../app/format.ts';
import { devices, notices, view } from '../app/state.ts';
import { AcceptIdentity } from '../trust/AcceptIdentity.tsx';
import { useAct } from '../ui/useAct.ts';
import { noticeText } from './text.ts';
import { noticeTone } from './tone.ts';
import './notices.css';

export function Notices() {
  const { t } = useTranslation();
  const list = notices.use((state) => state.data);
  useEffect(() => void notices.load(), []);
  if (list === null || list.length === 0) return null;
  return (
    <section aria-label={t('notices.label')} className="notices">
      <ul>
        {list.map((notice) => (
          <NoticeItem key={notice.id} notice={notice} />
        ))}
      </ul>
    </section>
  );
}

const RECOVERED: ReadonlySet<Notice['code']> = new Set(['databaseRecovered', 'databaseLogLost']);

function NoticeItem({ notice }: { notice: Notice }) {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const alarm = noticeTone(notice.code) === 'alarm';
  const Icon = alarm ? ShieldAlert : Info;
  const { key, values } = noticeText(notice, t('notices.somebody'));
  const [deciding, setDeciding] = useState(false);
  const added = notice.code === 'deviceAdded';
  const device = devices.use((state) =>
    added ? state.data?.find((one) => one.id === notice.detail['device']) : undefined,
  );
  useEffect(() => {
    if (added) void devices.load();
  }, [added]);
  return (
    <li className="notice" data-tone={alarm ? 'alarm' : 'information'}>
      <Icon aria-hidden="true" />
      <p title={fullTime(notice.at, i18n.language)}>
        {added
          ? t(device === undefined ? 'notices.deviceAddedUnnamed' : 'notices.deviceAdded', {
              name: device?.name,
            })
          : t(key, values)}
      </p>
      {added && (
        <button type="button" className="button notice-button" onClick={() => view.openSettings('devices')}>
          {t('notices.showDevices')}
        </button>
      )}
      {notice.code === 'identityChanged' && (
        <button type="button" className="button notice-button" onClick={() => setDeciding(true)}>
          {t('trust.decide')}
        </button>
      )}
      {RECOVERED.has(notice.code) && (
        <button
          type="button"
          className="button notice-button"
          onClick={() => view.openSettings('troubleshooting')}
        >
          {t('notices.showDamaged')}
        </button>
      )}
      {deciding && (
        <AcceptIdentity
          person={{
            id: String(notice.detail['account']),
            name: String(values['handle']),
            handle: String(values['handle']),
          }}
          onClose={() => setDeciding(false)}
        />
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={t('common.dismiss')}
        onClick={() =>
          void act(async () => {
            await api.notices.dismiss.mutate({ id: notice.id });
            await notices.load();
          })
        }
      >
        <X aria-hidden="true" />
      </button>
    </li>
  );
}
