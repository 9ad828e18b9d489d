/** What the window makes of texts that others wrote and of what is typed: links, emoji, folding, names, handles; and what is searched for. */

import { applyPulled } from '../../electron/store/pulled.ts';
import { searchConversations, searchMessages } from '../../electron/store/search.ts';
import { indexAll } from '../../electron/store/search-build.ts';
import { SearchIndexWriter, searchIndexPath } from '../../electron/store/search-index.ts';
import { isIn, wantedOf } from '../../electron/store/search-text.ts';
import { wordsOf } from '../../electron/store/search-words.ts';
import { snippetOf } from '../../electron/store/snippet.ts';
import { KEY } from '../../electron/store/store.testkit.ts';
import { initialsOf, listTime } from '../../renderer/app/format.ts';
import { tooLongBy } from '../../renderer/composer/length.ts';
import { checkHandle, normalHandle, splitHandles } from '../../renderer/new-message/handles.ts';
import { markedParts } from '../../renderer/sidebar/marked.ts';
import { foldedText, isEmojiOnly, linkify } from '../../renderer/transcript/text.ts';
import { isInsecure } from '../../renderer/welcome/cloud-address.ts';
import { utf8 } from '../../shared/crypto/bytes.ts';
import { recordHash } from '../../shared/crypto/zone-digest.ts';
import { encodePayload } from '../../shared/model/payload-codec.ts';
import { bounded, check, type Target } from '../target.ts';
import { freshStore } from './device.ts';
import { id, NOW, payloads } from './fixed.ts';

const decoder = new TextDecoder();
/** No message, name or address that reaches the window is longer (SPEC UI-51). */
const LONGEST = 100_000;
const textOf = (input: Uint8Array): string => decoder.decode(input).slice(0, LONGEST);

const HONEST = [
  'Good morning! Look at https://example.org/a_(b)?c=d#e, please.',
  'www.example.org/x, or write to anna.de+vries@mail.example.org.',
  '(see http://example.org/a(b)c)) and <https://example.org>.',
  '👩‍👩‍👧 👍🏽 🇳🇱',
  'One\ntwo\nthree\n'.repeat(12),
  'a long text that goes on '.repeat(70),
  '東京都は日本の首都である。',
  'שלום עליכם السلام عليكم',
  'C’est l’été, où ça?',
];

export const window: Target[] = [
  {
    name: 'message-text',
    reads:
      'The text of a message, as the window shows it: links, emoji alone, folding, the marks of a search',
    shape: 'text',
    inTest: 750,
    async open() {
      return {
        honest: HONEST.map((text) => utf8(text)),
        // What takes a square of its length takes minutes here.
        also: [
          'a.'.repeat(50_000),
          `http://x${'.'.repeat(90_000)}a`,
          `http://x.example/${')'.repeat(90_000)}`,
          `${'a@'.repeat(50_000)}`,
          `a@${'b.'.repeat(40_000)}\u0001`,
          `${'!'.repeat(90_000)}x`,
          `www.${'('.repeat(40_000)}${')'.repeat(50_000)}`,
          'http://'.repeat(14_000),
          '\n'.repeat(90_000),
          `${' '.repeat(90_000)}x`,
        ].map((text) => utf8(text)),
        run(input) {
          const text = textOf(input);
          const parts = linkify(text);
          check(parts.map((part) => part.text).join('') === text, 'the parts are not the text');
          let links = 0;
          for (const part of parts) {
            if (part.kind !== 'link') continue;
            links += 1;
            const url = new URL(part.href);
            check(/^(https?|mailto):$/.test(url.protocol), `a link to ${url.protocol}`);
            check(
              url.protocol === 'mailto:' || (url.username === '' && url.password === ''),
              'a link with a user in it',
            );
            check(
              !/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u.test(part.text),
              'a link with something unseen in it',
            );
          }
          const folded = foldedText(text);
          check(
            folded === null || (folded.length < text.length && text.startsWith(folded)),
            'folded, it is another text',
          );
          const emoji = isEmojiOnly(text);
          const at = text.length;
          const marked = markedParts(text, [
            [0, at >> 1],
            [at >> 2, at * 2],
            [-5, 3],
            [at, 0],
          ]);
          check(marked.map((part) => part.text).join('') === text, 'the marked parts are not the text');
          tooLongBy(text);
          return emoji ? 'emoji' : links > 0 ? 'links' : folded !== null ? 'folded' : 'text';
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'typed',
    reads: 'Names, handles and addresses, as others call themselves and as they are typed',
    shape: 'text',
    inTest: 750,
    async open() {
      return {
        honest: [
          'Anna de Vries',
          'anna@example.org',
          '+31 (0)20-123 45.67',
          'a@b.nl, c@d.nl; +31201234567\ne@f',
          'http://box.local:8787/',
          '东京 太郎',
          'J.-P. O’Neil',
        ].map((text) => utf8(text)),
        also: [
          `${'@'.repeat(80_000)}\n`,
          `${'. '.repeat(40_000)}`,
          `+${'1 '.repeat(40_000)}x`,
          ','.repeat(90_000),
        ].map((text) => utf8(text)),
        run(input) {
          const text = textOf(input);
          const initials = initialsOf(text);
          check(initials === null || [...initials].length <= 8, 'more than two letters');
          const handles = splitHandles(text);
          bounded(handles.length, text, 1);
          for (const handle of handles.slice(0, 50)) checkHandle(normalHandle(handle), 'anna@example.org');
          isInsecure(text);
          listTime(NOW, NOW + input.length * 86_400_000, 'nl');
          return initials === null ? 'no letter' : handles.length > 1 ? 'handles' : 'a name';
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'search',
    reads: 'What is searched for, against the index; and texts of others, into it',
    shape: 'text',
    inTest: 300,
    async open() {
      const made = await freshStore();
      for (const [index, payload] of payloads().entries()) {
        if (payload.kind > 3) continue;
        const bytes = encodePayload(payload);
        applyPulled(
          made.store,
          'messages',
          [{ id: id(index + 1), rev: 1, epoch: 1, hint: 1, hash: recordHash(bytes), bytes, payload }],
          NOW,
        );
      }
      const index = SearchIndexWriter.open(searchIndexPath(made.path), KEY);
      indexAll(made.store, index);
      index.close();
      return {
        honest: [...HONEST, 'good evening', '"good" AND evening*', 'text:x NEAR(a b)', '京都'].map((text) =>
          utf8(text),
        ),
        also: ['a '.repeat(45_000), '東'.repeat(30_000), 'e\u0301'.repeat(30_000), 'ﷺ'.repeat(10_000)].map(
          (text) => utf8(text),
        ),
        run(input) {
          const text = textOf(input);
          bounded(wordsOf(text).length, input, 2);
          // The local API takes no longer a question (electron/api/search.ts).
          const asked = text.slice(0, 1_000);
          const wanted = wantedOf(asked);
          bounded(wanted.length, asked, 1);
          isIn(text, wanted);
          const { hits } = searchMessages(made.store, asked, 20);
          searchConversations(made.store, asked, 20);
          const { snippet, ranges } = snippetOf(text, asked.slice(0, 100));
          for (const [from, to] of ranges)
            check(
              from >= 0 && from < to && to <= snippet.length,
              `marks ${from} to ${to} of ${snippet.length}`,
            );
          return wanted.length === 0 ? 'nothing to look for' : hits.length > 0 ? 'found' : 'not found';
        },
        foreseen: () => null,
        close: () => made.close(),
      };
    },
  },
];
