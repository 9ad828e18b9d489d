/** What the search found: people and groups first, then messages with the words marked. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiFailure, SearchHit, SearchResult } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { listTime } from '../app/format.ts';
import { onSearchReached } from '../app/listen.ts';
import { view } from '../app/state.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { failureText } from '../ui/failure.ts';
import { markedParts } from './marked.ts';

const PAUSE_MS = 120;

export function SearchResults({ query }: { query: string }) {
  const { t, i18n } = useTranslation();
  const [answer, setAnswer] = useState<{ query: string; result: SearchResult } | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [turn, setTurn] = useState(0);
  const incomplete = answer?.result.incomplete === true;
  // Older messages were not looked through: once they can be, the same question again.
  useEffect(
    () => (incomplete ? onSearchReached(() => setTurn((last) => last + 1)) : undefined),
    [incomplete],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks the same again.
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      api.search.query.query({ text: query, limit: 100 }).then(
        (result) => {
          if (stale) return;
          setFailure(null);
          setAnswer({ query, result });
        },
        (error: unknown) => !stale && setFailure(failureOf(error)),
      );
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [query, turn]);

  const result = answer?.result ?? null;
  const found = result === null ? 0 : result.conversations.length + result.hits.length;
  const note =
    failure !== null
      ? failureText(t, failure)
      : result === null
        ? t('search.searching')
        : found === 0 && answer?.query === query
          ? t('search.nothing', { text: query })
          : null;
  return (
    <section className="search-results" aria-label={t('search.results')} aria-busy={answer?.query !== query}>
      <p className="visually-hidden" aria-live="polite">
        {result !== null && found > 0 ? t('search.found', { count: found }) : note}
      </p>
      {note !== null && (
        <div className="list-note">
          <p>{note}</p>
          {found === 0 && result !== null && <p>{t('search.nothingHelp')}</p>}
        </div>
      )}
      {incomplete && (
        <div className="list-note" role="note">
          <p>{t('search.incomplete')}</p>
        </div>
      )}
      {result !== null && result.conversations.length > 0 && (
        <>
          <h2>{t('search.conversations')}</h2>
          <ul>
            {result.conversations.map((one) => (
              <li key={one.id}>
                <button type="button" className="hit" onClick={() => view.openConversation(one.id)}>
                  <Avatar id={one.id} name={one.title} group={one.kind === 'group'} size="small" />
                  <bdi className="hit-title">{one.title}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {result !== null && result.hits.length > 0 && (
        <>
          <h2>{t('search.messages')}</h2>
          <ul>
            {result.hits.map((hit) => (
              <li key={hit.message.id}>
                <Hit hit={hit} language={i18n.language} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Hit({ hit, language }: { hit: SearchHit; language: string }) {
  const { message } = hit;
  return (
    <button
      type="button"
      className="hit"
      onClick={() => view.openConversation(message.conversationId, { at: message.at, id: message.id })}
    >
      <span className="hit-body">
        <span className="hit-top">
          <bdi className="hit-title">{hit.conversationTitle}</bdi>
          <time dateTime={new Date(message.at).toISOString()}>
            {listTime(message.at, Date.now(), language)}
          </time>
        </span>
        <span className="hit-snippet" dir="auto">
          {markedParts(hit.snippet, hit.ranges).map((part) =>
            part.marked ? (
              <mark key={part.start}>{part.text}</mark>
            ) : (
              <span key={part.start}>{part.text}</span>
            ),
          )}
        </span>
      </span>
    </button>
  );
}
