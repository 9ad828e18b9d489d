import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { foldedText, linkify } from './text.ts';

export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const folded = foldedText(text);
  const shown = folded === null || open ? text : folded;
  return (
    <>
      <span className="message-text" dir="auto">
        {linkify(shown).map((part, index) =>
          part.kind === 'text' ? (
            part.text
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text keep their places
            <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
              {part.text}
            </a>
          ),
        )}
        {folded !== null && !open && '…'}
      </span>
      {folded !== null && (
        <button type="button" className="show-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? 'transcript.showLess' : 'transcript.showMore')}
        </button>
      )}
    </>
  );
});
