/**
 * [Note: many small fields] Two bytes on the wire become an object of more than a hundred once they are decoded: a body within its size
 * could fill the cloud's memory. So fields are counted before a body is decoded, up to what the fullest honest call has (SPEC ERR-14).
 */
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

const wireTypeOf = (field: DescField): WireType => {
  if (field.fieldKind === 'map' || field.message !== undefined) return WireType.LengthDelimited;
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
    case ScalarType.DOUBLE:
      return WireType.Bit64;
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
    case ScalarType.FLOAT:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
};

/** Numbers in a list may stand one behind the other in one field: each is no more than itself then. */
const fits = (field: DescField, type: WireType): boolean =>
  type === wireTypeOf(field) || (field.fieldKind === 'list' && type === WireType.LengthDelimited);

/** Those of messages inside it included, of unknown ones each; no more than one above `most`. */
const countIn = (desc: DescMessage, reader: BinaryReader, end: number, most: number): number => {
  let count = 0;
  while (reader.pos < end && count <= most) {
    const [number, type] = reader.tag();
    const field = desc.fields.find((one) => one.number === number);
    // The decoder reads a known field as what it is, whatever its tag says: counted here would be something else.
    if (field !== undefined && !fits(field, type)) throw new Error('a field of another wire type');
    count += 1;
    if (field?.message === undefined) reader.skip(type, number);
    else {
      const length = reader.uint32();
      count += countIn(field.message, reader, reader.pos + length, most - count);
    }
  }
  return count;
};

/** Throws where the body does not decode. */
export const moreFieldsThan = (most: number, desc: DescMessage, body: Uint8Array): boolean =>
  // None is shorter than its tag and one byte.
  body.length > 2 * most && countIn(desc, new BinaryReader(body), body.length, most) > most;

const BEGINNINGS = new Set(Buffer.from(',[{'));

/** The same of JSON: every value but the first stands behind one of these. In a text they count too, and no honest one has many. */
export const moreValuesThan = (most: number, body: Uint8Array): boolean => {
  if (body.length <= most) return false;
  let count = 0;
  for (const byte of body) if (BEGINNINGS.has(byte) && ++count > most) return true;
  return false;
};
