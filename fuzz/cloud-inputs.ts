/**
 * What somebody might send: noise, bodies of honest devices with something changed in them, and messages put together from the
 * services' own descriptions with values at and beyond every bound.
 */
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Dice } from '../shared/testing/dice.ts';

const lengths = [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 100, 1_024, 5_000];
const numbers = [0, 1, 2, 3, 400, 1_000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
const larger = [0n, 1n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const texts = [
  '',
  'anna@example.org',
  'ANNA@EXAMPLE.ORG ',
  '+31612345678',
  'a'.repeat(400),
  '%s%n\n\r\0{"level":"error"}',
  "' OR 1=1; --",
  '../../cloud.secret.json',
  '\u202e\u0000\ud7ff\uffff',
  'ﬃ'.repeat(300),
  '__proto__',
];

const tag = (writer: BinaryWriter, field: DescField, type: WireType) => writer.tag(field.number, type);

const writeScalar = (
  writer: BinaryWriter,
  field: DescField,
  scalar: ScalarType,
  dice: Dice,
  known: Uint8Array[],
): void => {
  switch (scalar) {
    case ScalarType.STRING:
      tag(writer, field, WireType.LengthDelimited).string(dice.pick(texts));
      return;
    case ScalarType.BYTES:
      tag(writer, field, WireType.LengthDelimited).bytes(
        dice.chance(0.5) && known.length > 0
          ? mutate(dice.pick(known), dice, 0.2)
          : dice.bytes(dice.pick(lengths)),
      );
      return;
    case ScalarType.UINT64:
    case ScalarType.INT64:
      tag(writer, field, WireType.Varint).uint64(dice.pick(larger));
      return;
    case ScalarType.BOOL:
      tag(writer, field, WireType.Varint).bool(dice.chance(0.5));
      return;
    default:
      tag(writer, field, WireType.Varint).uint32(dice.pick(numbers));
  }
};

/** A message of this description. `known`: bytes that honest devices have sent, tokens and ids among them. */
export const compose = (
  desc: DescMessage,
  dice: Dice,
  known: Uint8Array[],
  depth = 0,
): Uint8Array<ArrayBuffer> => {
  const writer = new BinaryWriter();
  for (const field of desc.fields) {
    if (dice.chance(0.15)) continue;
    const times = field.fieldKind === 'list' ? dice.pick([0, 1, 1, 2, 5, 40]) : dice.chance(0.03) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      if (dice.chance(0.02))
        tag(writer, field, dice.pick([WireType.Varint, WireType.Bit64])).uint64(2n ** 64n - 1n);
      else if (field.message !== undefined && depth < 4)
        tag(writer, field, WireType.LengthDelimited).bytes(compose(field.message, dice, known, depth + 1));
      else if (field.enum !== undefined)
        tag(writer, field, WireType.Varint).int32(dice.pick([1, 2, 2, 2, 0, 3, -1, -7]));
      else if (field.scalar !== undefined) writeScalar(writer, field, field.scalar, dice, known);
    }
  }
  return new Uint8Array(writer.finish());
};

/** The same bytes with something changed: flipped, cut, doubled, another number put in, noise in between. */
export const mutate = (bytes: Uint8Array, dice: Dice, often = 1): Uint8Array<ArrayBuffer> => {
  let now = new Uint8Array(bytes);
  if (!dice.chance(often)) return now;
  for (let round = 1 + dice.below(dice.pick([1, 1, 4])); round > 0; round--) {
    const at = dice.below(now.length + 1);
    const to = Math.min(now.length, at + dice.below(24));
    const parts: Uint8Array[] = dice.pick([
      () => [now.subarray(0, at), Uint8Array.of((now[at] ?? 0) ^ (1 << dice.below(8))), now.subarray(at + 1)],
      () => [now.subarray(0, at)],
      () => [now.subarray(0, at), now.subarray(to)],
      () => [now.subarray(0, to), now.subarray(at)],
      () => [now.subarray(0, at), dice.bytes(dice.below(12)), now.subarray(at)],
      () => [
        now.subarray(0, at),
        Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
        now.subarray(at),
      ],
      () => [now.subarray(0, at), Uint8Array.of(dice.pick([0, 0x7f, 0x80, 0xff])), now.subarray(at + 1)],
      () => [now, now],
    ])();
    now = new Uint8Array(Buffer.concat(parts).subarray(0, 60_000));
  }
  return now;
};

const jsonNoise = [
  'null',
  '[]',
  '{}',
  '1e999',
  '-0',
  '"\\ud800"',
  '{"__proto__":{"x":1}}',
  '9007199254740993',
  '\0',
  '[',
  '{',
  '"',
];

export const mutateJson = (text: string, dice: Dice): Uint8Array<ArrayBuffer> => {
  if (dice.chance(0.05)) return new TextEncoder().encode('['.repeat(30_000));
  if (dice.chance(0.05)) return new TextEncoder().encode('{"a":'.repeat(8_000));
  if (dice.chance(0.3)) {
    const values = [...text.matchAll(/:("[^"]*"|[^,{}[\]]+)/g)];
    if (values.length > 0) {
      const value = dice.pick(values);
      const at = (value.index ?? 0) + 1;
      return new TextEncoder().encode(
        text.slice(0, at) + dice.pick(jsonNoise) + text.slice(at + (value[1]?.length ?? 0)),
      );
    }
  }
  return mutate(new TextEncoder().encode(text), dice);
};
