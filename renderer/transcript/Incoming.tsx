/** Says a message that arrives while the conversation is open, for those who hear the screen rather than see it. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../electron/api/types.ts';
import { nameOf } from '../app/format.ts';
import { messageLine } from '../attachments/kinds.ts';

export function Incoming({ messages, hasNewer }: { messages: readonly Message[]; hasNewer: boolean }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const last = messages.at(-1);
  const before = useRef(last?.id);
  useEffect(() => {
    if (last === undefined || last.id === before.current) return;
    const known = before.current !== undefined;
    before.current = last.id;
    if (known && !last.fromMe && !hasNewer)
      setText(
        t('transcript.incoming', {
          name: nameOf(last.sender),
          text: messageLine(t, last.text, last.attachments).slice(0, 500),
        }),
      );
  }, [last, hasNewer, t]);
  return (
    <div className="visually-hidden" aria-live="polite">
      {text}
    </div>
  );
}
