/**
 * Reads a message's core in the form that nearly all have: known fields, each once, one part, a text. Every message of a first sync passes
 * here, and the general reader takes ten times as long. What has any other form is null here, and the general reader's (message.ts),
 * which alone decides what is a message and what is not.
 */
export type PlainMessage = {
  guid: Uint8Array;
  conversation: Uint8Array;
  sender: Uint8Array;
  sentMs: number;
  service: number;
  text: string;
  acceptedMs: number;
};

// One reader: reading is synchronous and not re-entrant.
let at = 0;
/** Anything that is not of the usual form. */
const OTHER = -1;
/** Above every time that is a time. */
const TOO_LARGE = 2 ** 48;

function varint(bytes: Uint8Array, end: number): number {
  let value = 0;
  let unit = 1;
  while (at < end) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return value < TOO_LARGE ? value : OTHER;
    unit *= 128;
    if (unit > TOO_LARGE) return OTHER;
  }
  return OTHER;
}

/** Where a field of bytes ends, with `at` at its beginning. */
function lengthEnd(bytes: Uint8Array, end: number): number {
  const length = varint(bytes, end);
  return length === OTHER || length > end - at ? OTHER : at + length;
}

function id(bytes: Uint8Array, end: number): Uint8Array | null {
  const to = lengthEnd(bytes, end);
  if (to === OTHER || to - at !== 16) return null;
  const view = bytes.subarray(at, to);
  at = to;
  return view;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function text(bytes: Uint8Array, from: number, to: number): string | null {
  // A byte order mark is taken off by the decoder: not what is meant here.
  if (to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb) return null;
  try {
    return utf8.decode(bytes.subarray(from, to));
  } catch {
    return null;
  }
}

/** `core`: a MessageCore's bytes. Ids are views of them. */
export function readPlainMessage(core: Uint8Array): PlainMessage | null {
  at = 0;
  if (core[at++] !== 10) return null;
  const bodyEnd = lengthEnd(core, core.length);
  if (bodyEnd === OTHER) return null;
  let guid: Uint8Array | null = null;
  let conversation: Uint8Array | null = null;
  let sender: Uint8Array | null = null;
  let sentMs = 0;
  let service = 0;
  let words: string | null = null;
  // Fields rise, so none comes twice.
  for (let before = 0; at < bodyEnd; ) {
    const tag = core[at++]!;
    if (tag <= before) return null;
    before = tag;
    if (tag === 10) guid = id(core, bodyEnd);
    else if (tag === 18) conversation = id(core, bodyEnd);
    else if (tag === 26) sender = id(core, bodyEnd);
    else if (tag === 32) sentMs = varint(core, bodyEnd);
    else if (tag === 40) service = varint(core, bodyEnd);
    else if (tag === 50) {
      const partEnd = lengthEnd(core, bodyEnd);
      if (partEnd === OTHER || core[at++] !== 10) return null;
      const textEnd = lengthEnd(core, partEnd);
      if (textEnd !== partEnd) return null;
      words = text(core, at, textEnd);
      at = textEnd;
    } else return null;
  }
  if (at !== bodyEnd || guid === null || conversation === null || sender === null || words === null)
    return null;
  if (sentMs === OTHER || service === OTHER || service > 0x7fffffff) return null;
  if (core[at++] !== 16) return null;
  const acceptedMs = varint(core, core.length);
  if (acceptedMs === OTHER || at !== core.length) return null;
  return { guid, conversation, sender, sentMs, service, text: words, acceptedMs };
}
