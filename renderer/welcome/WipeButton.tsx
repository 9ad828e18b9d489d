/** Counts what is on this device, and asks before it is deleted from it. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WipeScope } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { useAct } from '../ui/useAct.ts';
import { WipeKept } from './WipeKept.tsx';

export function WipeButton({ handle, className }: { handle: string; className: string }) {
  const { t } = useTranslation();
  const act = useAct();
  const [scope, setScope] = useState<WipeScope | null>(null);
  return (
    <>
      <button
        type="button"
        className={className}
        onClick={() => void act(async () => setScope(await api.session.wipeScope.query()))}
      >
        {t('closed.wipeOpen')}
      </button>
      {scope !== null && <WipeKept handle={handle} scope={scope} onClose={() => setScope(null)} />}
    </>
  );
}
