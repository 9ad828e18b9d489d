/** The goldens: what each version of the wire wrote (make.ts), read back. Bytes are bytes again, 64-bit numbers are bigints. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const FOLDER = join(import.meta.dirname, 'golden');

export type Golden = {
  wire: number;
  image: Uint8Array;
  account: {
    accountId: Uint8Array;
    deviceId: Uint8Array;
    signSeed: Uint8Array;
    sealSecret: Uint8Array;
    token: string;
    epochKeys: Uint8Array[];
    identitySeed: Uint8Array;
    rootSeed: Uint8Array;
    recoveryWords: string[];
    recoveryWrap: { suite: number; sealed: Uint8Array };
  };
  bob: { accountId: Uint8Array; deviceId: Uint8Array; signKey: Uint8Array; token: string };
  records: {
    kind: string;
    zone: number;
    name: Uint8Array[];
    id: Uint8Array;
    rev: number;
    epoch: number;
    generation: number;
    hint: number;
    ct: Uint8Array;
    bytes: Uint8Array;
    expected: unknown;
  }[];
  tombstone: { id: Uint8Array; epoch: number; proof: Uint8Array };
  envelopes: {
    said: string;
    content: Uint8Array;
    sealedKey: Uint8Array;
    suite: number;
    body: Uint8Array;
  }[];
  blobs: { key: Uint8Array; file: Uint8Array; sealed: Uint8Array; id: Uint8Array } | null;
  calls: Record<string, { request: Uint8Array; answer: Uint8Array; token: string }>;
  cloudDatabase: Uint8Array;
  cloudSecret: string;
  deviceDatabase: Uint8Array;
};

function revive(_: string, value: unknown): unknown {
  if (typeof value === 'string' && /^-?\d+n$/.test(value)) return BigInt(value.slice(0, -1));
  if (typeof value !== 'object' || value === null) return value;
  const { base64 } = value as { base64?: unknown };
  return typeof base64 === 'string' ? new Uint8Array(Buffer.from(base64, 'base64')) : value;
}

/** Oldest first. */
export function goldens(): Golden[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json.gz'))
    .map(
      (name) => JSON.parse(gunzipSync(readFileSync(join(FOLDER, name))).toString('utf8'), revive) as Golden,
    )
    .sort((a, b) => a.wire - b.wire);
}
