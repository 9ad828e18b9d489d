import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMessageBody, messageCore, newMessage, readAnyCore, readMessage } from './message.ts';
import { readPlainMessage } from './message-codec.ts';
import { newPayload, PayloadError } from './payload.ts';

const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const draft = fc.record({
  guid: bytes16,
  conversation: bytes16,
  sender: bytes16,
  sentMs: fc.nat({ max: 2 ** 48 - 1 }),
  service: fc.constantFrom('lockstep' as const, 'sms' as const, 'mms' as const, 'rcs' as const),
  text: fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  replyTo: fc.option(fc.record({ sender: bytes16, guid: bytes16 }), { freq: 1 }),
});
const time = fc.nat({ max: 2 ** 48 - 1 });

function outcome<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return error.code;
  }
}
const fields = (bytes: Uint8Array) => outcome(() => readMessage(newPayload(1, bytes)));
const general = (bytes: Uint8Array) => outcome(() => readAnyCore(bytes));

test('REC-20 the quick reader of messages reads what the general one reads, or leaves it to that', () => {
  const some = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });
  const edits = fc.oneof(fc.constant([]), some);
  let read = 0;
  fc.assert(
    fc.property(draft, time, edits, fc.constantFrom(0, 0, 0, 1, 2), (content, acceptedMs, changes, cut) => {
      const core = messageCore(encodeMessageBody(content), acceptedMs);
      for (const [at, byte] of changes) core[at % core.length] = byte;
      const bytes = core.subarray(0, core.length - cut);
      if (readPlainMessage(bytes) !== null) read += 1;
      if (bytes.length > 0) expect(fields(bytes)).toEqual(withRegisters(general(bytes)));
    }),
    { numRuns: 4000 },
  );
  expect(read).toBeGreaterThan(400);
});

test('REC-20 an ordinary message goes by the quick reader', () => {
  const content = {
    guid: new Uint8Array(16).fill(1),
    conversation: new Uint8Array(16).fill(2),
    sender: new Uint8Array(16).fill(3),
    sentMs: 1_700_000_000_000,
    service: 'lockstep' as const,
    text: 'Grüße, 東京 👍🏽',
    replyTo: null,
  };
  const body = encodeMessageBody(content);
  expect(readPlainMessage(messageCore(body, 1_700_000_000_001))).toMatchObject({ text: content.text });
  expect(readMessage(newMessage(body, 1_700_000_000_001))).toMatchObject({
    ...content,
    acceptedMs: 1_700_000_000_001,
  });
});

function withRegisters(core: ReturnType<typeof general>): unknown {
  return typeof core === 'string'
    ? core
    : { ...core, edit: null, unsent: null, deleted: null, reactions: [], deliveries: [] };
}
