/**
 * The cloud's one secret file: the OPAQUE server setup and the key that authenticates change tokens. Losing it makes every
 * password useless, so a file that cannot be read or understood stops the start and is never overwritten.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as opaque from '@serenity-kit/opaque';
import { createOnce } from '../../shared/disk/create-once.ts';

export type CloudSecret = { opaqueSetup: string; tokenKey: Uint8Array };

export class SecretUnreadableError extends Error {
  override name = 'SecretUnreadableError';
}

const fresh = (): CloudSecret => ({ opaqueSetup: opaque.server.createSetup(), tokenKey: randomBytes(32) });

export const secretFile = (dataDir: string): string => join(dataDir, 'cloud.secret.json');

const HELP = 'Restore it from a backup: without it nobody can sign in. It was not changed.';

const parse = (file: string, text: string): CloudSecret => {
  try {
    const value = JSON.parse(text) as { version?: unknown; opaqueSetup?: unknown; tokenKey?: unknown };
    if (value.version !== 1 || typeof value.opaqueSetup !== 'string' || typeof value.tokenKey !== 'string')
      throw new Error();
    opaque.server.getPublicKey(value.opaqueSetup);
    const tokenKey = new Uint8Array(Buffer.from(value.tokenKey, 'base64url'));
    if (tokenKey.length !== 32) throw new Error();
    return { opaqueSetup: value.opaqueSetup, tokenKey };
  } catch {
    throw new SecretUnreadableError(`The cloud's secret file ${file} is damaged. ${HELP}`);
  }
};

/** The file's text, once it is certain that it is a secret. */
export const readSecret = async (dataDir: string): Promise<string> => {
  await opaque.ready;
  const file = secretFile(dataDir);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SecretUnreadableError(`The cloud's secret file ${file} cannot be read. ${HELP}`, { cause });
  }
  parse(file, text);
  return text;
};

export const openSecret = async (dataDir: string): Promise<CloudSecret> =>
  parse(secretFile(dataDir), await readSecret(dataDir));

/** A database with people in it but without its secret is a mistake to report, not a reason to make a new one. */
export const secretMissing = (dataDir: string): SecretUnreadableError =>
  new SecretUnreadableError(
    `${secretFile(dataDir)} is missing but the database beside it is there. Restore the secret file from a backup: without it nobody can sign in.`,
  );

/** One that is there stays. */
export const placeSecret = (dataDir: string, text: string): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    createOnce(secretFile(dataDir), text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

/** A new secret; in memory it is written nowhere. */
export const makeSecret = async (dataDir: string): Promise<CloudSecret> => {
  await opaque.ready;
  const made = fresh();
  if (dataDir === ':memory:') return made;
  const tokenKey = Buffer.from(made.tokenKey).toString('base64url');
  placeSecret(dataDir, JSON.stringify({ version: 1, opaqueSetup: made.opaqueSetup, tokenKey }));
  return openSecret(dataDir);
};
