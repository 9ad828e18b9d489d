/**
 * The browser host's side of `Host`: the database key in a file that only this person can read (0600), or sealed
 * under a passphrase (Argon2id, XChaCha20-Poly1305). The 0600 file is what was asked for by starting without a
 * passphrase; README says what that protects from and what not.
 */
import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import _sodium from 'libsodium-wrappers-sumo';
import type { CloudHere } from './cloud-here.ts';
import { watchBy } from './conditions.ts';
import type { Host, WatchConditions } from './host.ts';
import { type Box, CannotOpen, keyFile, type Sealing } from './key-file.ts';
import { systemConditions } from './system-conditions.ts';

export type BrowserHostOptions = {
  passphrase: string | null;
  cloudHere: CloudHere | null;
  /** In the system's place: what LOCKSTEP_CONDITIONS says, or a test. */
  watchConditions?: WatchConditions | null;
};

export function createBrowserHost(options: BrowserHostOptions): Host {
  const sealing = options.passphrase === null ? plainFile : underPassphrase(options.passphrase);
  return {
    kind: 'browser',
    platform: platformName(),
    deviceName: `${hostname().replace(/\.(local|lan|home)$/i, '') || 'This computer'} (browser)`,
    keychain: (profileDir) => keyFile(profileDir, sealing),
    openExternal: openInBrowser,
    cloudHere: options.cloudHere,
    watchConditions: options.watchConditions ?? watchBy(systemConditions().look),
  };
}

export function platformName(): string {
  if (process.platform === 'darwin') return 'mac';
  if (process.platform === 'win32') return 'windows';
  return 'linux';
}

const plainFile: Sealing = {
  name: 'file',
  strong: true,
  async seal(key) {
    return { key: Buffer.from(key).toString('base64') };
  },
  async open(box) {
    return new Uint8Array(Buffer.from(text(box, 'key'), 'base64'));
  },
};

/** The limits are stored with the key, so that they can rise later. */
export function underPassphrase(passphrase: string, limits?: { ops: number; memory: number }): Sealing {
  return {
    name: 'passphrase',
    strong: true,
    async seal(key) {
      await _sodium.ready;
      const sodium = _sodium;
      const ops = limits?.ops ?? sodium.crypto_pwhash_OPSLIMIT_MODERATE;
      const memory = limits?.memory ?? sodium.crypto_pwhash_MEMLIMIT_MODERATE;
      const salt = sodium.randombytes_buf(sodium.crypto_pwhash_SALTBYTES);
      const nonce = sodium.randombytes_buf(sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        key,
        LABEL,
        null,
        nonce,
        stretch(passphrase, salt, ops, memory),
      );
      return { ops, memory, salt: base64(salt), nonce: base64(nonce), sealed: base64(sealed) };
    },
    async open(box) {
      await _sodium.ready;
      const sodium = _sodium;
      const salt = bytes(box, 'salt');
      const nonce = bytes(box, 'nonce');
      const sealed = bytes(box, 'sealed');
      const key = stretch(passphrase, salt, number(box, 'ops'), number(box, 'memory'));
      try {
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, LABEL, nonce, key);
      } catch {
        throw new CannotOpen(
          'passphrase',
          'That is not the passphrase of this profile. Start again with the right one.',
        );
      }
    },
  };
}

const LABEL = 'lockstep/database-key/v1';

function stretch(passphrase: string, salt: Uint8Array, ops: number, memory: number): Uint8Array {
  const sodium = _sodium;
  if (ops < 1 || ops > 100 || memory < 8192 || memory > 4 * 2 ** 30) {
    throw new CannotOpen(
      'keyUnreadable',
      'The key file asks for more memory or time than Lockstep ever would: it is damaged.',
    );
  }
  return sodium.crypto_pwhash(
    32,
    passphrase.normalize('NFKC'),
    salt,
    ops,
    memory,
    sodium.crypto_pwhash_ALG_ARGON2ID13,
  );
}

const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');

function text(box: Box, field: string): string {
  const value = box[field];
  if (typeof value !== 'string')
    throw new CannotOpen('keyUnreadable', 'The key file is damaged. Put it back from a backup.');
  return value;
}

function bytes(box: Box, field: string): Uint8Array {
  return new Uint8Array(Buffer.from(text(box, field), 'base64'));
}

function number(box: Box, field: string): number {
  const value = box[field];
  if (typeof value !== 'number')
    throw new CannotOpen('keyUnreadable', 'The key file is damaged. Put it back from a backup.');
  return value;
}

async function openInBrowser(url: string): Promise<void> {
  const protocol = new URL(url).protocol;
  if (protocol !== 'http:' && protocol !== 'https:' && protocol !== 'mailto:')
    throw new Error(`Not opened: ${protocol} addresses are not for a browser.`);
  await openByProgram(url);
}

/**
 * With the program each system has for it; no shell in between, so nothing in the address is a command. Every other person on this computer
 * can read what it is given: nothing secret stands in that.
 */
export async function openByProgram(what: string): Promise<void> {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', what]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', what]
        : ['xdg-open', what];
  await new Promise<void>((resolve) => {
    const child = spawn(program as string, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve()); // no such program: the address is on stdout
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
