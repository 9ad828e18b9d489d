/** The same messages as documents, or rows, of a peer. */
import { realTexts } from '../../e2e/harness/texts.ts';

const texts = realTexts(20_000);

export function message(index) {
  return {
    conversation: `conversation ${index % 10 === 0 ? 0 : index % 1000}`,
    sender: index % 3 === 0 ? 'me' : 'other',
    at: 1_700_000_000_000 + index * 1000,
    text: texts[index % texts.length].replace(/^\d+\./, `${index + 1}.`),
  };
}

export function documents(from, to) {
  return Array.from({ length: to - from }, (_, i) => ({ _id: idOf(from + i), ...message(from + i) }));
}

export const idOf = (index) => String(1e9 + index);
