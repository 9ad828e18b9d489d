/** Settings > Messages: the switch of this device, how it stands, what else is about all messages. Behind it: Manage Storage. */
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { devices, storage, useView } from '../app/state.ts';
import { useShownStatus } from '../sidebar/useShownStatus.ts';
import { ManageStorage } from './ManageStorage.tsx';
import { MessagesMore } from './MessagesMore.tsx';
import { SwitchSection } from './SwitchSection.tsx';
import { SyncSection } from './SyncSection.tsx';

export function MessagesSettings() {
  const { t } = useTranslation();
  const page = useView((state) => state.settingsPage);
  const status = useShownStatus();
  const phase = status?.phase;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is stored changes when a phase ends
  useEffect(() => void storage.load(), [phase]);
  // Their names: who asked for what.
  useEffect(() => void devices.load(), []);
  /** Somebody comes back from the page behind: the focus goes to the button that leads there. */
  const left = useRef(false);
  useEffect(() => {
    left.current = page !== null;
  }, [page]);
  if (status === null) return <p>{t('common.loading')}</p>;
  if (page === 'storage') return <ManageStorage status={status} />;
  return (
    <>
      <SwitchSection status={status} />
      <SyncSection status={status} returned={left.current} />
      <MessagesMore />
    </>
  );
}
