/**
 * The warning before every delete. The device is asked how far the delete reaches first; only when that is known does the
 * warning open, whole, so that nobody says yes to half a sentence.
 */
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deleted, DeleteScope, DeleteTarget, Done } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { findConversation } from '../app/conversations.ts';
import { focusWhenNowhere } from '../app/focus.ts';
import { longDate } from '../app/format.ts';
import { listNames } from '../app/names.ts';
import { useView, view } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';
import { doneText, withNewer } from './done.ts';
import { AT_ONCE, inPieces } from './pieces.ts';
import { offerUndo } from './undo.ts';
import { warningOf } from './warning.ts';

/** The tab stop of the list that it was deleted from. */
const MESSAGE = '.message[tabindex="0"], .deleted-row [tabindex="0"]';
const CONVERSATION = '.conversation[tabindex="0"]';

export function DeleteWarning() {
  const target = useView((state) => state.asking);
  if (target === null) return null;
  return <Warning target={target} />;
}

function Warning({ target }: { target: DeleteTarget }) {
  const { t, i18n } = useTranslation();
  const [scope, setScope] = useState<DeleteScope | null>(null);
  const [busy, setBusy] = useState(false);
  // As it was asked: the warning says the same as long as it is open.
  const subject = useMemo(
    () => (target.kind === 'conversation' ? findConversation(target.id) : null),
    [target],
  );
  useEffect(() => {
    let stale = false;
    askScope(target).then(
      (answer) => {
        if (stale) return;
        if (target.kind === 'attachments' && answer.messages === 0) {
          view.say(t('attachments.noneToDelete'));
          useView.setState({ asking: null });
        } else setScope(answer);
      },
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
  if (scope === null) return null;
  const { language } = i18n;
  const warning = warningOf(target, scope, subject, {
    names: listNames(language),
    date: (at) => longDate(at, language),
  });

  async function confirm(reach: DeleteScope): Promise<void> {
    setBusy(true);
    try {
      const { messages, undo, stopped, newer } = await doDelete(target);
      if (stopped !== null) {
        // What is still there stays open.
        if (undo !== null) offerUndo(t('delete.deleted', { count: messages }), target, { undo });
        view.say(
          t('delete.notAll', { why: failureText(t, { reason: stopped, retryAfterMs: null, about: null }) }),
        );
        close();
        return;
      }
      const text = withNewer(t, doneText(t, target, reach, messages), newer);
      if (undo === null) view.say(text);
      else offerUndo(text, target, { undo });
    } catch (error) {
      view.say(failureText(t, failureOf(error)));
      return;
    } finally {
      setBusy(false);
    }
    const { pane, afterDelete } = useView.getState();
    if (target.kind === 'conversation' && pane.kind === 'conversation' && pane.id === target.id)
      view.show({ kind: 'none' });
    close();
    afterDelete?.();
    focusWhenNowhere(target.kind === 'conversation' ? CONVERSATION : MESSAGE);
  }

  return (
    <ConfirmDialog
      open
      destructive
      title={t(warning.title.key, warning.title.values)}
      confirmLabel={t(`delete.${warning.button}`)}
      busy={busy}
      onCancel={close}
      onConfirm={() => void confirm(scope)}
    >
      {warning.lines.map((line, index) => (
        <p key={line[0]?.key} className={index === 0 ? 'strong' : undefined}>
          {line.map((sentence) => t(sentence.key, sentence.values)).join(' ')}
        </p>
      ))}
    </ConfirmDialog>
  );
}

/** How far it reaches is the same for all of them: of very many, some are asked about. */
async function askScope(target: DeleteTarget): Promise<DeleteScope> {
  if (
    target.kind === 'conversation' ||
    target.kind === 'attachments' ||
    target.ids === 'all' ||
    target.ids.length <= AT_ONCE
  )
    return api.deletes.scope.query({ target });
  const some: DeleteTarget = { ...target, ids: target.ids.slice(0, AT_ONCE) };
  return { ...(await api.deletes.scope.query({ target: some })), messages: target.ids.length };
}

async function doDelete(target: DeleteTarget): Promise<Done & { undo: Deleted['undo'] | null }> {
  if (target.kind === 'messages') return api.messages.delete.mutate({ ids: target.ids });
  if (target.kind === 'conversation') return api.conversations.delete.mutate({ id: target.id });
  if (target.kind === 'attachments') return api.deletes.attachments.mutate({ conversationId: target.id });
  const done = await inPieces(target.ids, (ids) => api.recentlyDeleted.deleteNow.mutate({ ids }));
  return { ...done, undo: null };
}
