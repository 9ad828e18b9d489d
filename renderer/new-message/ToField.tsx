/** The people a new message goes to, as tokens, with those one knows offered while typing. */
import { X } from 'lucide-react';
import { useId, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../electron/api/types.ts';
import { conversations } from '../app/conversations.ts';
import { nameOf } from '../app/format.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { knownPeople, matchPeople } from './people.ts';

type Props = {
  handles: readonly string[];
  typed: string;
  error: string | null;
  onTyped: (text: string) => void;
  onCollect: () => string[] | null;
  onAdd: (handle: string) => void;
  onRemove: (handle: string) => void;
  onDone: () => void;
};

export function ToField(props: Props) {
  const { handles, typed, error } = props;
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = conversations.use((state) => state.data);
  const people = useMemo(() => knownPeople(list ?? []), [list]);
  const offered = useMemo(() => matchPeople(people, typed, handles), [people, typed, handles]);
  const named = (handle: string): Person | undefined => people.find((person) => person.handle === handle);
  return (
    <>
      <div className="to-row">
        <label htmlFor={id}>{t('newMessage.to')}</label>
        <ul className="tokens" aria-label={t('newMessage.chosen')} hidden={handles.length === 0}>
          {handles.map((handle) => {
            const person = named(handle);
            return (
              <li key={handle} className="token">
                <bdi>{person === undefined ? handle : nameOf(person)}</bdi>
                <button
                  type="button"
                  aria-label={t('newMessage.remove', { handle })}
                  onClick={() => {
                    props.onRemove(handle);
                    input.current?.focus();
                  }}
                >
                  <X aria-hidden="true" />
                </button>
              </li>
            );
          })}
        </ul>
        <input
          ref={input}
          id={id}
          type="text"
          dir="auto"
          // biome-ignore lint/a11y/noAutofocus: one asked for a new message; this is where it begins
          autoFocus
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={typed}
          aria-invalid={error !== null || undefined}
          aria-describedby={error === null ? undefined : `${id}-error`}
          onChange={(event) => {
            const next = event.target.value;
            props.onTyped(next);
          }}
          onBlur={() => typed.trim() !== '' && props.onCollect()}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'Enter' || event.key === ',' || event.key === ';') {
              event.preventDefault();
              if (typed.trim() === '' && event.key === 'Enter' && handles.length > 0) props.onDone();
              else props.onCollect();
            } else if (event.key === 'Backspace' && typed === '') {
              const last = handles.at(-1);
              if (last !== undefined) props.onRemove(last);
            }
          }}
        />
      </div>
      {error !== null && (
        <p className="to-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {offered.length > 0 && (
        <ul className="offered" aria-label={t('newMessage.suggestions')}>
          {offered.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                className="hit"
                // Before the field loses the focus and takes what is typed for a handle.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => {
                  props.onAdd(person.handle);
                  input.current?.focus();
                }}
              >
                <Avatar id={person.id} name={nameOf(person)} size="small" />
                <span className="hit-body">
                  <bdi className="hit-title">{nameOf(person)}</bdi>
                  <span className="hit-snippet">{person.handle}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
