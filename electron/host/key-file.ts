/**
 * The file that holds a profile's database key, sealed in one of several ways. [Note: never overwrite]: a key that is
 * lost or replaced makes the whole history unreadable, so the file is created once, atomically, by linking a
 * finished file to its name (which fails if the name is taken), and no code path writes to it afterwards.
 */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { createOnce } from '../../shared/disk/create-once.ts';
import type { Keychain, StoredKey } from './host.ts';

const KEY_FILE = 'database.key';

const fileSchema = z.object({
  version: z.literal(1),
  sealing: z.string(),
  box: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Box = Record<string, string | number>;

/** One way of sealing the key. `open` throws `CannotOpen` when the way is right and the key does not come out. */
export type Sealing = {
  readonly name: string;
  readonly strong: boolean;
  seal(key: Uint8Array): Promise<Box>;
  open(box: Box): Promise<Uint8Array>;
};

export class CannotOpen extends Error {
  readonly reason: 'keyUnreadable' | 'passphrase';
  constructor(reason: 'keyUnreadable' | 'passphrase', message: string) {
    super(message);
    this.reason = reason;
  }
}

export function keyFile(profileDir: string, sealing: Sealing): Keychain {
  const file = path.join(profileDir, KEY_FILE);
  return {
    file: KEY_FILE,
    strong: sealing.strong,

    async load(): Promise<StoredKey> {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if (isCode(error, 'ENOENT')) return { kind: 'missing' };
        return unreadable(`The key file ${file} cannot be read (${codeOf(error)}). Check its permissions.`);
      }
      const parsed = fileSchema.safeParse(parseJson(text));
      if (!parsed.success) return unreadable(`The key file ${file} is damaged. Put it back from a backup.`);
      if (parsed.data.sealing !== sealing.name) {
        return {
          kind: 'unreadable',
          reason:
            parsed.data.sealing === 'passphrase' || sealing.name === 'passphrase'
              ? 'passphrase'
              : 'keyUnreadable',
          detail: mismatch(parsed.data.sealing, sealing.name),
        };
      }
      try {
        const key = await sealing.open(parsed.data.box);
        if (key.length !== 32) return unreadable(`The key in ${file} is damaged. Put it back from a backup.`);
        return { kind: 'found', key };
      } catch (error) {
        if (error instanceof CannotOpen)
          return { kind: 'unreadable', reason: error.reason, detail: error.message };
        return unreadable(`The key in ${file} cannot be opened. Unlock the keychain and try again.`);
      }
    },

    async create(key): Promise<void> {
      await mkdir(profileDir, { recursive: true, mode: 0o700 });
      const text = `${JSON.stringify({ version: 1, sealing: sealing.name, box: await sealing.seal(key) })}\n`;
      createOnce(file, text);
    },
  };
}

function unreadable(detail: string): StoredKey {
  return { kind: 'unreadable', reason: 'keyUnreadable', detail };
}

function mismatch(there: string, given: string): string {
  if (there === 'passphrase') {
    return "This profile's key is kept under a passphrase. Start with --passphrase-file FILE, or with LOCKSTEP_PASSPHRASE set.";
  }
  if (given === 'passphrase') {
    return "This profile's key was made without a passphrase. Start without --passphrase-file and without LOCKSTEP_PASSPHRASE.";
  }
  return `This profile's key is kept by "${there}", which is not available here. Open the profile with the app that made it.`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
