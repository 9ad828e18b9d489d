import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationSummary } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { Field } from '../ui/Field.tsx';
import { Modal } from '../ui/Modal.tsx';
import { useAct } from '../ui/useAct.ts';

type Props = { conversation: ConversationSummary; onClose: () => void };

export function RenameGroup({ conversation, onClose }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  const [name, setName] = useState(conversation.name ?? '');
  return (
    <Modal open title={t('sidebar.renameTitle')} onClose={onClose} className="dialog-small">
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          const id = conversation.id;
          void act(() => api.conversations.rename.mutate({ id, name: name.trim() || null })).then(
            (ok) => ok && onClose(),
          );
        }}
      >
        <Field
          label={t('sidebar.renameField')}
          help={t('sidebar.renameHelp')}
          value={name}
          onValue={setName}
          maxLength={100}
        />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
          <button type="submit" className="button button-primary">
            {t('common.save')}
          </button>
        </div>
      </form>
    </Modal>
  );
}
