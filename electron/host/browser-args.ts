/** The browser host's command line. What it does not know it refuses, and says what it knows. */
import { parseArgs } from 'node:util';
import { cloudUrl } from '../api/inputs.ts';

export type BrowserArgs = {
  help: boolean;
  profile: string | null;
  cloud: string | null;
  port: number;
  open: boolean;
  passphraseFile: string | null;
};

/** Longer than any path or address. Taken apart letter by letter, as `-abc` is, a very long one would hold the start up. */
const LONGEST = 4_096;

export class ArgumentError extends Error {}

export const USAGE = `Usage: npm start -- --browser [options]

  --profile DIR           the data folder (default: this person's own)
  --cloud URL             the cloud to use; without it one chooses at sign-up
  --port N                the port on 127.0.0.1 (default 0: any that is free)
  --no-open               do not open a browser window
  --passphrase-file FILE  keep the database key under the passphrase in FILE (or in LOCKSTEP_PASSPHRASE)
  --help                  this text

  LOCKSTEP_CONDITIONS=battery | metered | battery,metered | none | @FILE
                          what to take for true of power and connection, in the system's place`;

export function parseBrowserArgs(argv: readonly string[]): BrowserArgs {
  if (argv.some((one) => one.length > LONGEST))
    throw new ArgumentError(`An argument has ${LONGEST} characters at most.`);
  const { values } = parse(argv);
  const port = Number(values.port ?? '0');
  if (!/^\d+$/.test(values.port ?? '0') || port > 65_535) {
    throw new ArgumentError(`--port wants a number from 0 to 65535, not "${values.port}".`);
  }
  if (values.profile === '') throw new ArgumentError('--profile wants a folder.');
  const cloud = values.cloud === undefined ? null : cloudUrl.safeParse(values.cloud);
  if (cloud !== null && !cloud.success)
    throw new ArgumentError(
      `--cloud wants an address such as https://cloud.example.org, not "${values.cloud}".`,
    );
  return {
    help: values.help ?? false,
    profile: values.profile ?? null,
    cloud: cloud?.data ?? null,
    port,
    open: !(values['no-open'] ?? false),
    passphraseFile: values['passphrase-file'] ?? null,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: false,
      strict: true,
      options: {
        browser: { type: 'boolean' },
        profile: { type: 'string' },
        cloud: { type: 'string' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        'passphrase-file': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
}
