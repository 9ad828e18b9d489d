/** Whom this account has blocked, and the way back. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../electron/api/types.ts';
import { nameOf } from '../app/format.ts';
import { blocked } from '../app/state.ts';
import { UnblockButton } from '../blocking/UnblockButton.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { failureText } from '../ui/failure.ts';

export function BlockedPeople() {
  const { t } = useTranslation();
  const list = blocked.use((state) => state.data);
  const failure = blocked.use((state) => state.failure);
  useEffect(() => void blocked.load(), []);
  return (
    <section className="settings-group blocked-people" aria-label={t('blocking.people')}>
      <h3>{t('blocking.people')}</h3>
      {failure !== null && <p className="form-error">{failureText(t, failure)}</p>}
      {list?.length === 0 && <p className="setting-help">{t('blocking.nobody')}</p>}
      {list !== null && list.length > 0 && (
        <ul>
          {list.map((person) => (
            <BlockedRow key={person.id} person={person} />
          ))}
        </ul>
      )}
    </section>
  );
}

function BlockedRow({ person }: { person: Person }) {
  const name = nameOf(person);
  return (
    <li className="setting-row" aria-label={name}>
      <Avatar id={person.id} name={name} size="small" />
      <div className="setting-text blocked-person">
        <p className="setting-label">
          <bdi>{name}</bdi>
        </p>
        {person.handle !== name && <p className="setting-help">{person.handle}</p>}
      </div>
      <UnblockButton person={person} />
    </li>
  );
}
