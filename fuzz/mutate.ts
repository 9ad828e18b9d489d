/**
 * What somebody might send, made out of what honest ones sent: bytes flipped, cut, doubled and spliced; protobuf messages taken apart and put
 * together again with fields dropped, repeated, moved, nested and lied about, so that what is changed lies deep inside and everything around
 * it is whole; texts with what texts can have in them. Everything follows from the dice.
 */
import { concatBytes, utf8 } from '../shared/crypto/bytes.ts';
import type { Dice } from '../shared/testing/dice.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Nothing made here is longer: what a record, an envelope or a page's part may have at most is less. */
export const LARGEST = 200_000;
/** One in so many inputs is large: what takes a square of its length shows there. */
const LARGE_ONE_IN = 400;

const HUGE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
const SIZES = [0, 1, 2, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 127, 128, 255, 1_024, 5_000];
const NUMBERS = [
  0n,
  1n,
  2n,
  5n,
  127n,
  128n,
  255n,
  65_535n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 47n,
  2n ** 48n - 1n,
  2n ** 48n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

export const NASTY_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../../../etc/passwd',
  '..\\..\\windows\\system32',
  'CON',
  'nul.txt',
  'a\0b',
  '\u202egnp.exe',
  '\u200b\u200d\ufeff',
  '__proto__',
  'constructor',
  'e\u0301'.repeat(40),
  'Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306',
  '\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67',
  '\ud83c\uddf3\ud83c\uddf1',
  '\ud800',
  '\udc00x',
  '\uffff\ufffe',
  'ﷺ',
  'ﬃ',
  '東京都',
  'ქართული',
  'שָׁלוֹם',
  'https://a.example/(b)?c=d#e',
  'www.x.example,',
  'a@b.example',
  'http://user:pass@h.example/',
  'http://[::1]:8/',
  'mailto:x',
  'javascript:alert(1)',
  '" OR 1=1; --',
  'NEAR("a b", 5)',
  'a* AND NOT b',
  '%00%2f%2e',
  '1e999',
  '-0',
  '9007199254740993',
  '\r\n\r\nSet-Cookie: x=1',
];

export const bytesOf = (...parts: Uint8Array[]): Bytes => concatBytes(...parts) as Bytes;

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** The same bytes with one thing changed. `others`: what else there is, to splice with. */
export function mutateBytes(bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[] = []): Bytes {
  const at = dice.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + dice.below(dice.pick([2, 8, 40, 400])));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(to);
  switch (dice.below(12)) {
    case 0:
    case 1:
      return bytesOf(before, Uint8Array.of((bytes[at] ?? 0) ^ (1 << dice.below(8))), bytes.subarray(at + 1));
    case 2:
      return bytesOf(before);
    case 3:
      return bytesOf(before, after);
    case 4:
      return bytesOf(bytes.subarray(0, to), bytes.subarray(at));
    case 5:
      return bytesOf(before, dice.bytes(dice.below(20)), bytes.subarray(at));
    case 6:
      return bytesOf(before, HUGE, bytes.subarray(at));
    case 7:
      return bytesOf(
        before,
        Uint8Array.of(dice.pick([0, 1, 0x7f, 0x80, 0xc0, 0xff])),
        bytes.subarray(at + 1),
      );
    case 8:
      return bytesOf(before, new Uint8Array(dice.pick(SIZES)).fill(dice.pick([0, 0x80, 0xff])), after);
    case 9: {
      const other = others.length === 0 ? bytes : dice.pick(others);
      const from = dice.below(other.length + 1);
      return bytesOf(
        before,
        other.subarray(from, from + dice.below(200)),
        dice.chance(0.5) ? after : bytes.subarray(at),
      );
    }
    case 10:
      return bytesOf(bytes.subarray(at), before);
    default:
      return bytesOf(
        bytes.subarray(0, to),
        ...Array.from({ length: dice.below(30) }, () => bytes.subarray(at, to)),
        after,
      );
  }
}

type Field = { no: number; wire: number; head: Uint8Array; body: Uint8Array };

/** The fields of a message, or null where it is none. */
function fieldsOf(bytes: Uint8Array): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  const number = (): number | null => {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = bytes[at++];
      if (byte === undefined) return null;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return null;
  };
  while (at < bytes.length) {
    const start = at;
    const tag = number();
    if (tag === null || tag < 8) return null;
    const head = bytes.subarray(start, at);
    const wire = tag % 8;
    let body: Uint8Array;
    if (wire === 0) {
      const from = at;
      while ((bytes[at] ?? 0) >= 0x80 && at - from < 10) at++;
      if (at++ >= bytes.length) return null;
      body = bytes.subarray(from, at);
    } else if (wire === 2) {
      const length = number();
      if (length === null || at + length > bytes.length) return null;
      body = bytes.subarray(at, at + length);
      at += length;
    } else if (wire === 1 || wire === 5) {
      const length = wire === 1 ? 8 : 4;
      if (at + length > bytes.length) return null;
      body = bytes.subarray(at, at + length);
      at += length;
    } else return null;
    fields.push({ no: Math.floor(tag / 8), wire, head, body });
  }
  return fields;
}

const joined = (fields: readonly Field[]): Bytes =>
  bytesOf(
    ...fields.flatMap(({ wire, head, body }) =>
      wire === 2 ? [head, varint(BigInt(body.length)), body] : [head, body],
    ),
  );

const field = (no: number, wire: number, body: Uint8Array): Field => ({
  no,
  wire,
  head: varint(BigInt(no * 8 + wire)),
  body,
});

/** Fields within fields, this deep. */
function nested(no: number, depth: number): Uint8Array {
  let inner: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < depth && inner.length < LARGEST; i++) inner = joined([field(no, 2, inner)]);
  return inner;
}

/**
 * A protobuf message with one thing changed somewhere in it, the lengths around it right; or, one time in twenty and where it is no message,
 * bytes with one thing changed.
 */
export function mutateProto(
  bytes: Uint8Array,
  dice: Dice,
  others: readonly Uint8Array[] = [],
  depth = 0,
): Bytes {
  const fields = dice.chance(0.05) ? null : fieldsOf(bytes);
  if (fields === null || fields.length === 0) return mutateBytes(bytes, dice, others);
  const at = dice.below(fields.length);
  const one = fields[at]!;
  const withOne = (...now: Field[]): Bytes =>
    joined([...fields.slice(0, at), ...now, ...fields.slice(at + 1)]);
  if (one.wire === 2 && depth < 8 && dice.chance(0.75)) {
    const inner = dice.chance(0.75)
      ? mutateProto(one.body, dice, others, depth + 1)
      : dice.pick([
          () => dice.bytes(dice.pick(SIZES)),
          () => utf8(dice.pick(NASTY_TEXTS)),
          () => Uint8Array.of(0xff, 0xfe, 0xed, 0xa0, 0x80),
          () => new Uint8Array(dice.pick(SIZES)),
          () => mutateBytes(one.body, dice, others),
          () =>
            dice.chance(0.02) ? utf8(enlarged(dice.pick(NASTY_TEXTS), dice)) : utf8(mutateText('anna', dice)),
        ])();
    return withOne({ ...one, body: inner });
  }
  switch (dice.below(11)) {
    case 0:
      return withOne();
    case 1:
      return withOne(
        ...Array.from({ length: dice.chance(0.03) ? 600 : dice.pick([2, 2, 3, 20]) }, () => one),
      );
    case 2: {
      const other = fields[dice.below(fields.length)]!;
      return withOne(other);
    }
    case 3:
      return withOne({
        ...one,
        ...(one.wire === 0 ? { body: varint(dice.pick(NUMBERS)) } : { body: mutateBytes(one.body, dice) }),
      });
    case 4:
      return withOne(one, field(1 + dice.below(dice.pick([30, 30, 2 ** 28])), 0, varint(dice.pick(NUMBERS))));
    case 5:
      return withOne(field(one.no, dice.pick([0, 1, 2, 2, 2, 3, 5, 7]), one.body));
    case 6: {
      // A length that is not true.
      const whole = joined(fields);
      const lie = bytesOf(one.head, varint(dice.pick(NUMBERS)), one.body);
      return bytesOf(whole.subarray(0, dice.below(whole.length)), lie);
    }
    case 7:
      return withOne({
        ...one,
        ...(one.wire === 2 ? { body: nested(one.no, dice.chance(0.03) ? 5_000 : dice.pick([3, 50])) } : {}),
      });
    case 8: {
      const other = others.length === 0 ? null : fieldsOf(dice.pick(others));
      return other === null || other.length === 0 ? withOne(one, one) : withOne(one, dice.pick(other));
    }
    case 9:
      return joined([...fields.slice(at), ...fields.slice(0, at)]);
    default:
      return one.wire === 0
        ? withOne({
            ...one,
            body: varint(BigInt.asUintN(64, BigInt(dice.below(2 ** 30)) << BigInt(dice.below(40)))),
          })
        : withOne({ ...one, body: dice.bytes(dice.pick(SIZES)) });
  }
}

const CHARACTERS = [
  ...'.,;:!?()[]{}<>"\'`/\\|@#%&*+-=_~^$ \t\n\r\0',
  '\u00a0',
  '\u2028',
  '\u202e',
  '\u200b',
  '\ufe0f',
  '\u0301',
  '😀',
  '👩‍👩‍👧',
  'é',
  '東',
  'ن',
  '\ud83d',
];

export function mutateText(text: string, dice: Dice, others: readonly string[] = []): string {
  const at = dice.below(text.length + 1);
  const to = Math.min(text.length, at + 1 + dice.below(dice.pick([2, 8, 40])));
  switch (dice.below(9)) {
    case 0:
      return text.slice(0, at) + dice.pick(CHARACTERS) + text.slice(dice.chance(0.5) ? at : to);
    case 1:
      return text.slice(0, at) + dice.pick(NASTY_TEXTS) + text.slice(at);
    case 2:
      return text.slice(0, at);
    case 3:
      return text.slice(0, at) + text.slice(to);
    case 4:
      return text.slice(0, to) + text.slice(at, to).repeat(dice.below(20)) + text.slice(to);
    case 5:
      return text.slice(0, at) + String.fromCodePoint(dice.below(0x10ffff)) + text.slice(at);
    case 6: {
      const other = others.length === 0 ? text : dice.pick(others);
      const from = dice.below(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + dice.below(60)) + text.slice(to);
    }
    case 7:
      return text.slice(0, at) + text.slice(at, to).toUpperCase() + text.slice(to);
    default:
      return text.slice(0, at) + dice.pick(['0', '1', '-1', '65536', '1e9', '٣', '²']) + text.slice(to);
  }
}

const JSON_NOISE = [
  'null',
  '[]',
  '{}',
  '1e999',
  '-0',
  '-1',
  'true',
  '"\\ud800"',
  '""',
  '{"__proto__":{"x":1}}',
  '9007199254740993',
  '[[[[[[[[]]]]]]]]',
  '\0',
  '[',
  '{',
  '"',
];

/** JSON with a value replaced, or a text with one thing changed. */
export function mutateJsonText(text: string, dice: Dice, others: readonly string[] = []): string {
  if (dice.chance(0.01)) return dice.pick(['[', '{"a":']).repeat(20_000);
  if (dice.chance(0.4)) {
    const values = [...text.matchAll(/[:[,]("(?:[^"\\]|\\.)*"|[^,{}[\]"]+)/g)];
    if (values.length > 0) {
      const value = dice.pick(values);
      const from = value.index + 1;
      const now = dice.chance(0.6) ? dice.pick(JSON_NOISE) : JSON.stringify(dice.pick(NASTY_TEXTS));
      return text.slice(0, from) + now + text.slice(from + (value[1] ?? '').length);
    }
  }
  return mutateText(text, dice, others);
}

/** `bytes`: opaque. `proto`: a message. `text`, `json`: UTF-8. */
export type Shape = 'bytes' | 'proto' | 'text' | 'json';

const decoder = new TextDecoder();

/** One input, out of the corpus (and, one time in thirty, of nothing). */
export function makeInput(shape: Shape, corpus: readonly Uint8Array[], dice: Dice): Bytes {
  if (corpus.length === 0 || dice.chance(0.03)) {
    if (shape === 'bytes' || shape === 'proto') return dice.bytes(dice.pick(SIZES));
    return utf8(
      Array.from({ length: dice.below(20) }, () => dice.pick(dice.pick([NASTY_TEXTS, CHARACTERS]))).join(''),
    );
  }
  const from = dice.pick(corpus);
  let now: Bytes = bytesOf(from);
  let text = shape === 'text' || shape === 'json' ? decoder.decode(from) : '';
  const others = shape === 'text' || shape === 'json' ? [decoder.decode(dice.pick(corpus))] : [];
  for (let round = 1 + dice.below(dice.pick([1, 1, 2, 5])); round > 0; round--) {
    if (shape === 'bytes') now = mutateBytes(now, dice, corpus);
    else if (shape === 'proto') now = mutateProto(now, dice, corpus);
    else if (shape === 'text') text = mutateText(text, dice, others);
    else text = mutateJsonText(text, dice, others);
  }
  const large = dice.below(LARGE_ONE_IN) === 0;
  if (shape === 'text' || shape === 'json') {
    if (large) text = enlarged(text, dice);
    now = utf8(text);
  } else if (large && shape === 'bytes') {
    const piece = now.subarray(0, 1 + dice.below(64));
    now = bytesOf(
      ...Array.from({ length: Math.floor(LARGEST / (2 * Math.max(1, piece.length))) }, () => piece),
    );
  }
  return now.length > LARGEST ? bytesOf(now.subarray(0, LARGEST)) : now;
}

/** A piece of it, or one character, over and over, with an end that differs. */
function enlarged(text: string, dice: Dice): string {
  const at = dice.below(text.length + 1);
  const piece = dice.chance(0.5) ? dice.pick(CHARACTERS) : text.slice(at, at + 1 + dice.below(6)) || 'a.';
  const many = piece.repeat(Math.floor(dice.pick([5_000, 50_000, 100_000]) / piece.length));
  return text.slice(0, at) + many + dice.pick(['', 'x', '\n', '!', text.slice(at)]);
}
