/** Where a person's data lies on each system, and no other opinion about it. */
import { homedir } from 'node:os';
import path from 'node:path';

type Surroundings = { platform: NodeJS.Platform; env: Record<string, string | undefined>; home: string };

/** `…/Lockstep`: profiles, and the cloud on this computer, are folders in it. */
export function dataFolder(
  at: Surroundings = { platform: process.platform, env: process.env, home: homedir() },
): string {
  const { platform, env, home } = at;
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'Lockstep');
  if (platform === 'win32')
    return path.win32.join(env.APPDATA ?? path.win32.join(home, 'AppData', 'Roaming'), 'Lockstep');
  const xdg = env.XDG_DATA_HOME;
  return path.posix.join(
    xdg !== undefined && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, '.local', 'share'),
    'lockstep',
  );
}

export const defaultProfile = (): string => path.join(dataFolder(), 'profile');
/** Where a browser can read a page that it is opened with (opening-page.ts). */
export const openingFolder = (
  profile: string,
  { platform, home }: Pick<Surroundings, 'platform' | 'home'> = {
    platform: process.platform,
    home: homedir(),
  },
): string => (platform === 'linux' ? home : profile);
export const cloudHereFolder = (): string => path.join(dataFolder(), 'cloud');
