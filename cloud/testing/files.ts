/** Looking for bytes in a cloud's files: many needles in one pass over each file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Those of the needles (8 bytes at least) that stand in any file of the folder. */
export const foundInFiles = (dir: string, needles: Uint8Array[]): Uint8Array[] => {
  const byStart = new Map<number, Buffer[]>();
  for (const needle of needles) {
    const bytes = Buffer.from(needle);
    const start = bytes.readUInt32BE(0);
    byStart.set(start, [...(byStart.get(start) ?? []), bytes]);
  }
  const found = new Set<Buffer>();
  for (const name of readdirSync(dir)) {
    const file = readFileSync(join(dir, name));
    let start = 0;
    for (let at = 0; at < file.length; at++) {
      start = ((start << 8) | (file[at] ?? 0)) >>> 0;
      if (at < 3) continue;
      for (const needle of byStart.get(start) ?? [])
        if (file.subarray(at - 3, at - 3 + needle.length).equals(needle)) found.add(needle);
    }
  }
  return [...found];
};
