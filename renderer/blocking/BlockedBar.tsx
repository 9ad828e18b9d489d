/** In a conversation with somebody who is blocked: that nothing of theirs comes. With them alone it stands where one would write. */
import { Ban } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ConversationSummary } from '../../electron/api/types.ts';
import { nameOf } from '../app/format.ts';
import { isClosed } from './closed.ts';
import { UnblockButton } from './UnblockButton.tsx';
import './blocking.css';

export function BlockedBar({ conversation }: { conversation: ConversationSummary }) {
  const { t } = useTranslation();
  return conversation.blocked.map((person) => {
    const name = nameOf(person);
    return (
      <div key={person.id} className="blocked-bar">
        <Ban aria-hidden="true" />
        <p>{t(isClosed(conversation) ? 'blocking.alone' : 'blocking.inGroup', { name })}</p>
        <UnblockButton person={person} />
      </div>
    );
  });
}
