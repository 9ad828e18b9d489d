/**
 * The warning before every delete. The device is asked how far the delete reaches first; only when that is known does the
 * warning open, whole, so that nobody says yes to half a sentence.
 */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeleteScope, DeleteTarget } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { listNames } from '../app/names.ts';
import { useView, view } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';
import { useAct } from '../ui/useAct.ts';
import { warningOf } from './warning.ts';

export function DeleteWarning() {
  const target = useView((state) => state.asking);
  if (target === null) return null;
  return <Warning target={target} />;
}

function Warning({ target }: { target: DeleteTarget }) {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const [scope, setScope] = useState<DeleteScope | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let stale = false;
    api.deletes.scope.query({ target }).then(
      (answer) => !stale && setScope(answer),
      (error: unknown) => {
        if (stale) return;
        view.say(failureText(t, failureOf(error)));
        useView.setState({ asking: null });
      },
    );
    return () => {
      stale = true;
    };
  }, [target, t]);

  const close = (): void => useView.setState({ asking: null });
  const names = listNames(i18n.language);
  if (scope === null) return null;
  const warning = warningOf(target, scope, names);
  const forGood = target.kind === 'forGood';

  async function confirm(): Promise<void> {
    setBusy(true);
    const count = scope?.messages ?? 1;
    const done = forGood ? t('delete.gone', { count }) : t('delete.deleted', { count });
    const ok = await act(() => {
      if (target.kind === 'messages') return api.messages.delete.mutate({ ids: target.ids });
      if (target.kind === 'conversation') return api.conversations.delete.mutate({ id: target.id });
      return api.recentlyDeleted.deleteNow.mutate({ ids: target.ids });
    }, done);
    setBusy(false);
    if (!ok) return;
    const { pane } = useView.getState();
    if (target.kind === 'conversation' && pane.kind === 'conversation' && pane.id === target.id)
      view.show({ kind: 'none' });
    close();
  }

  return (
    <ConfirmDialog
      open
      destructive
      title={t(warning.title.key, warning.title.values)}
      confirmLabel={t(forGood ? 'delete.deleteNow' : 'delete.delete')}
      busy={busy}
      onCancel={close}
      onConfirm={() => void confirm()}
    >
      {warning.lines.map((line, index) => (
        <p key={line.key} className={index === 0 ? 'strong' : undefined}>
          {t(line.key, line.values)}
        </p>
      ))}
    </ConfirmDialog>
  );
}
