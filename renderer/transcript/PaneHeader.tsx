import { Popover } from '@base-ui/react/popover';
import { ChevronLeft } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationSummary, Person } from '../../electron/api/types.ts';
import { nameOf } from '../app/format.ts';
import { view } from '../app/state.ts';
import { BlockPerson } from '../blocking/BlockPerson.tsx';
import { useUnblock } from '../blocking/useUnblock.ts';
import { Avatar } from '../ui/Avatar.tsx';

export function PaneHeader({ conversation }: { conversation: ConversationSummary }) {
  const { t } = useTranslation();
  const group = conversation.kind === 'group';
  const [blocking, setBlocking] = useState<Person | null>(null);
  const [open, setOpen] = useState(false);
  const unblock = useUnblock();
  const isBlocked = ({ id }: Person): boolean => conversation.blocked.some((one) => one.id === id);
  const other = conversation.members.find((member) => !member.me);
  return (
    <header className="pane-header">
      <button
        type="button"
        className="icon-button pane-back"
        aria-label={t('transcript.back')}
        onClick={() => view.show({ kind: 'none' })}
      >
        <ChevronLeft aria-hidden="true" />
      </button>
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger className="pane-who" title={t('transcript.details')}>
          <Avatar
            id={group ? conversation.id : (other?.id ?? conversation.id)}
            name={conversation.title}
            group={group}
            size="small"
          />
          <span className="pane-names">
            <h1 className="pane-title" dir="auto">
              {conversation.title}
            </h1>
            <span className="pane-subtitle">
              {group ? t('transcript.members', { count: conversation.members.length }) : other?.handle}
            </span>
          </span>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner sideOffset={6} className="menu-positioner">
            <Popover.Popup className="menu people" aria-label={t('transcript.details')}>
              <ul>
                {conversation.members.map((person) => (
                  <li key={person.id} className="person">
                    <Avatar id={person.id} name={nameOf(person)} size="small" />
                    <span>
                      <bdi className="person-name">{person.me ? t('common.you') : nameOf(person)}</bdi>
                      <span className="person-handle">{person.handle}</span>
                    </span>
                    {!person.me && (
                      <button
                        type="button"
                        className="button person-block"
                        aria-label={t(isBlocked(person) ? 'blocking.unblockNamed' : 'blocking.blockNamed', {
                          name: nameOf(person),
                        })}
                        onClick={() => {
                          setOpen(false);
                          if (isBlocked(person)) void unblock(person);
                          else setBlocking(person);
                        }}
                      >
                        {t(isBlocked(person) ? 'blocking.unblock' : 'blocking.block')}
                      </button>
                    )}
                  </li>
                ))}
              </ul>
              <p className="people-note">{t('transcript.encrypted')}</p>
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
      <span className="pane-header-end" />
      {blocking !== null && <BlockPerson person={blocking} onClose={() => setBlocking(null)} />}
    </header>
  );
}
