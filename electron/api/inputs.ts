/** The zod pieces that several topics share. Every message says what to do. */
import { z } from 'zod';
import { parsedUrl } from './parsed-url.ts';

const ID = /^[0-9a-f]{32}$/;

export const id = z.string().regex(ID, 'Give the id as 32 lower-case hex digits.');
export const ids = z.array(id).min(1, 'Choose at least one.').max(10_000, 'Choose at most 10,000 at once.');

export const handle = z
  .string()
  .trim()
  .min(3, 'Enter a handle, such as anna@example.org or +31201234567.')
  .max(254, 'A handle has at most 254 characters.');
export const password = z
  .string()
  .min(1, 'Enter a password.')
  .max(1024, 'A password has at most 1,024 characters.');
export const personName = z.string().trim().max(100, 'A name has at most 100 characters.');
export const deviceName = z
  .string()
  .trim()
  .min(1, 'Give the device a name.')
  .max(100, 'A name has at most 100 characters.');
/** May be empty where there are attachments. */
export const sentText = z
  .string()
  .max(100_000, 'A message has at most 100,000 characters: send it in parts.');
export const messageText = sentText
  .min(1, 'Write something first.')
  .refine((text) => text.trim() !== '', 'Write something first.');
/** Hex of 16 bytes, and the time by which messages are ordered. */
export const cursor = z.object({ at: z.number().int().nonnegative(), id });

/**
 * A cloud's address. https anywhere; plain http only to this computer, and to hosts that LOCKSTEP_HTTP_HOSTS names: sealing
 * does not hang on TLS, but names, times and the session's token do. The sync worker decides (account/cloud-address.ts).
 */
export const cloudUrl = z
  .string()
  .trim()
  .max(2048, 'That address is too long.')
  .transform((text) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`))
  .transform((text, check) => {
    const url = parsedUrl(text);
    if (
      url === null ||
      (url.protocol !== 'https:' && url.protocol !== 'http:') ||
      url.username !== '' ||
      url.password !== ''
    ) {
      check.addIssue({
        code: 'custom',
        message: 'Enter the address of a cloud, such as https://cloud.example.org.',
      });
      return z.NEVER;
    }
    return url.origin + url.pathname.replace(/\/+$/, '');
  });

export const cloudChoice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('thisComputer') }),
  z.object({ kind: z.literal('address'), url: cloudUrl }),
]);

export const recoveryWords = z
  .union([z.string(), z.array(z.string())])
  .transform((given) =>
    (typeof given === 'string' ? given : given.join(' ')).normalize('NFKD').toLowerCase().trim().split(/\s+/),
  )
  .refine((words) => words.length === 24, 'The recovery key has 24 words: enter all of them, in order.');
