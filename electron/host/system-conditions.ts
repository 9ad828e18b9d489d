/**
 * What the system says of power and connection: files on Linux, small programs elsewhere. Programs are started without a shell and
 * without a window, and are given ten seconds; whatever goes wrong is "not known" (null), and nothing waits for that.
 */
import { execFile } from 'node:child_process';
import type { Conditions } from '../sync/status-types.ts';
import { readMetered, readOnBattery } from './linux-conditions.ts';
import { readWindows } from './windows-conditions.ts';

export type SystemConditions = {
  /** Both. */
  look(signal: AbortSignal): Promise<Conditions>;
  /** The connection alone, for a host that knows the power better. */
  metered(signal: AbortSignal): Promise<boolean | null>;
};

/** What a program wrote on stdout, or null where it is not there, failed or took too long. */
export type Run = (program: string, args: readonly string[], signal: AbortSignal) => Promise<string | null>;

const WITHIN_MS = 10_000;

export const runProgram: Run = (program, args, signal) =>
  new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        timeout: WITHIN_MS,
        killSignal: 'SIGKILL',
        signal,
        windowsHide: true,
        env: { ...process.env, LC_ALL: 'C' },
      },
      (error, stdout) => resolve(error === null ? stdout : null),
    );
    // PowerShell may wait for the end of an input that nobody writes.
    child.stdin?.on('error', () => {}).end();
  });

export function systemConditions(
  platform: NodeJS.Platform = process.platform,
  run: Run = runProgram,
): SystemConditions {
  switch (platform) {
    case 'linux':
      return {
        async look(signal) {
          const [onBattery, metered] = await Promise.all([readOnBattery(), readMetered(run, signal)]);
          return { onBattery, metered };
        },
        metered: (signal) => readMetered(run, signal),
      };
    case 'darwin':
      return {
        async look(signal) {
          const said = await run('/usr/bin/pmset', ['-g', 'batt'], signal);
          return { onBattery: parsePmset(said ?? ''), metered: null };
        },
        // Only the Network framework knows it (NWPath.isExpensive), which no program of the system's prints.
        metered: async () => null,
      };
    case 'win32':
      return {
        look: (signal) => readWindows(run, signal, { power: true }),
        metered: async (signal) => (await readWindows(run, signal, { power: false })).metered,
      };
    default:
      return { look: async () => ({ onBattery: null, metered: null }), metered: async () => null };
  }
}

/** `pmset -g batt` begins with "Now drawing from 'AC Power'"; it is not translated. A UPS that carries the load is a battery. */
export function parsePmset(text: string): boolean | null {
  const source = /drawing from '(AC|Battery|UPS) Power'/.exec(text)?.[1];
  return source === undefined ? null : source !== 'AC';
}
