import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from './bytes.ts';
import { SealError } from './errors.ts';
import { paddedLength, padmeLength } from './padme.ts';
import { systemRandom } from './random.ts';
import {
  openRecord,
  openTombstone,
  recordId,
  sealedSchema,
  sealRecord,
  sealTombstone,
  TOMBSTONE_PROOF_BYTES,
} from './records.ts';
import { sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

const place = {
  zoneKey: new Uint8Array(32).fill(7),
  zone: 2,
  generation: 3,
  id: new Uint8Array(16).fill(9),
  rev: 4,
  epoch: 5,
};

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'opened';
}

describe('records', () => {
  test('REC-1 what is sealed opens at its place, whatever its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (plaintext) => {
        const ct = sealRecord({ ...place, plaintext, random: systemRandom });
        expect(openRecord({ ...place, ct })).toEqual(plaintext);
      }),
    );
    for (const length of [0, 262_144, 400_000, 500_000]) {
      const plaintext = systemRandom(length);
      const ct = sealRecord({ ...place, plaintext, random: systemRandom });
      expect(toHex(openRecord({ ...place, ct }))).toBe(toHex(plaintext));
    }
  });

  test('REC-1 a Buffer opens as bytes do', () => {
    const plaintext = utf8('hello');
    const ct = sealRecord({ ...place, plaintext, random: systemRandom });
    const opened = openRecord({ ...place, id: Buffer.from(place.id), ct: Buffer.from(ct) });
    expect(opened.constructor).toBe(Uint8Array);
    expect(opened).toEqual(plaintext);
  });

  test('REC-2 a record opens nowhere but at its zone, generation, id, rev and epoch, under its key', () => {
    const ct = sealRecord({ ...place, plaintext: utf8('hello'), random: systemRandom });
    const elsewhere = [
      { zone: 1 },
      { generation: 4 },
      { id: new Uint8Array(16).fill(8) },
      { rev: 3 },
      { rev: 5 },
      { epoch: 6 },
      { zoneKey: new Uint8Array(32).fill(8) },
    ];
    for (const other of elsewhere) {
      expect(codeOf(() => openRecord({ ...place, ...other, ct }))).toBe('not_authentic');
    }
  });

  test('REC-3 one changed bit anywhere, or a cut, is refused and yields no bytes', () => {
    const ct = sealRecord({ ...place, plaintext: utf8('hello'), random: systemRandom });
    for (let i = 0; i < ct.length; i++) {
      const changed = ct.slice();
      changed[i] = changed[i]! ^ 1;
      expect(codeOf(() => openRecord({ ...place, ct: changed }))).toBe(
        i === 0 ? 'unknown_suite' : 'not_authentic',
      );
    }
    expect(codeOf(() => openRecord({ ...place, ct: ct.subarray(0, ct.length - 1) }))).toBe('not_authentic');
    expect(codeOf(() => openRecord({ ...place, ct: ct.subarray(0, 41) }))).toBe('malformed');
    expect(codeOf(() => openRecord({ ...place, ct: new Uint8Array(0) }))).toBe('malformed');
  });

  test('REC-4 the sealed form is fixed: known bytes in, known bytes out', () => {
    let next = 0;
    const random = (n: number) => Uint8Array.from({ length: n }, () => next++);
    const ct = sealRecord({ ...place, plaintext: utf8('Lockstep'), random });
    expect(toHex(ct)).toBe(GOLDEN_RECORD);
    expect(openRecord({ ...place, ct: fromHex(GOLDEN_RECORD) })).toEqual(utf8('Lockstep'));
    const proof = sealTombstone({ ...place, random: (n) => new Uint8Array(n).fill(1) });
    expect(toHex(proof)).toBe(GOLDEN_PROOF);
    expect(toHex(recordId(place.zoneKey, 1, new Uint8Array(16), utf8('name')))).toBe(GOLDEN_ID);
  });

  test('REC-5 lengths are padded by Padmé, and never to less than 32', () => {
    expect([0, 31, 32, 33, 100, 129, 1000, 262_144].map(padmeLength)).toEqual([
      32, 32, 32, 36, 104, 144, 1024, 262_144,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x1fffffff }), (length) => {
        const padded = padmeLength(length);
        expect(padded).toBeGreaterThanOrEqual(Math.max(32, length));
        expect(padded).toBeLessThanOrEqual(Math.max(32, Math.ceil(length * 1.12)));
        expect(padmeLength(padded)).toBe(padded);
      }),
    );
    const a = sealRecord({ ...place, plaintext: new Uint8Array(1001), random: systemRandom });
    const b = sealRecord({ ...place, plaintext: new Uint8Array(1020), random: systemRandom });
    expect(a.length).toBe(b.length);
    expect(a.length).toBe(42 + paddedLength(1020));
  });

  test('REC-6 a newer schema opens, and says so outside', () => {
    const ct = sealRecord({ ...place, plaintext: utf8('later'), random: systemRandom, schema: 2 });
    expect(sealedSchema(ct)).toBe(2);
    expect(openRecord({ ...place, ct })).toEqual(utf8('later'));
    ct[1] = 1;
    expect(codeOf(() => openRecord({ ...place, ct }))).toBe('not_authentic');
  });

  test('REC-7 a tombstone proof holds for its zone, id, epoch and key, and for nothing else', () => {
    const proof = sealTombstone({ ...place, random: systemRandom });
    expect(proof.length).toBe(TOMBSTONE_PROOF_BYTES);
    openTombstone({ ...place, proof });
    const others = [
      { zone: 1 },
      { id: new Uint8Array(16) },
      { epoch: 4 },
      { zoneKey: new Uint8Array(32) },
      { proof: new Uint8Array(41).fill(1) },
    ];
    for (const other of others) {
      expect(codeOf(() => openTombstone({ ...place, proof, ...other }))).toBe('not_authentic');
    }
    expect(codeOf(() => openTombstone({ ...place, proof: new Uint8Array(0) }))).toBe('malformed');
    expect(codeOf(() => openTombstone({ ...place, proof: proof.subarray(0, 40) }))).toBe('malformed');
    const record = sealRecord({ ...place, plaintext: new Uint8Array(0), random: systemRandom });
    expect(codeOf(() => openTombstone({ ...place, proof: record }))).toBe('malformed');
  });

  test('REC-8 an id depends on key, kind and each part of the name, and on nothing else', () => {
    const key = new Uint8Array(32).fill(1);
    const id = recordId(key, 1, utf8('ab'), utf8('c'));
    expect(id.length).toBe(16);
    expect(recordId(key, 1, utf8('ab'), utf8('c'))).toEqual(id);
    const others = [
      recordId(key, 2, utf8('ab'), utf8('c')),
      recordId(key, 1, utf8('a'), utf8('bc')),
      recordId(key, 1, utf8('abc')),
      recordId(new Uint8Array(32), 1, utf8('ab'), utf8('c')),
    ];
    for (const other of others) expect(other).not.toEqual(id);
  });

  test('REC-9 wrong lengths and numbers are refused before anything is sealed', () => {
    const base = { ...place, plaintext: utf8('x'), random: systemRandom };
    expect(() => sealRecord({ ...base, zoneKey: new Uint8Array(31) })).toThrow(
      /zone key must be 32 bytes, not 31/,
    );
    expect(() => sealRecord({ ...base, id: new Uint8Array(15) })).toThrow(/record id must be 16/);
    expect(() => sealRecord({ ...base, rev: -1 })).toThrow(/revision/);
    expect(() => sealRecord({ ...base, rev: 1.5 })).toThrow(/revision/);
    expect(() => sealRecord({ ...base, epoch: 2 ** 32 })).toThrow(/epoch/);
    expect(() => sealRecord({ ...base, zone: 0 })).toThrow(/zone/);
    expect(() => sealRecord({ ...base, generation: Number.NaN })).toThrow(/generation/);
    expect(() => sealRecord({ ...base, random: () => new Uint8Array(12) })).toThrow(/nonce must be 24/);
    expect(() => sealRecord({ ...base, schema: 0 })).toThrow(/schema/);
  });
});

const GOLDEN_RECORD =
  '0101000102030405060708090a0b0c0d0e0f1011121314151617e478c8ee89683ed5a5c78147e6e2afac5fd6381714f73771f31db7819acc949775e277591077f988c296d4205ef6452a';
const GOLDEN_PROOF = '0101010101010101010101010101010101010101010101010197ead077aea0d5dbd635077028c658e2';
const GOLDEN_ID = '8e8210b784ecf799f78e8dbd1173093e';
