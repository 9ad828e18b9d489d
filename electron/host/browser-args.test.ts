import { expect, test } from 'vitest';
import { ArgumentError, parseBrowserArgs } from './browser-args.ts';
import { dataFolder, openingFolder } from './places.ts';

test('HOST-16 the command line of the browser host', () => {
  const given = [
    '--browser',
    '--profile',
    '/p',
    '--cloud',
    'http://127.0.0.1:9',
    '--port',
    '8123',
    '--no-open',
  ];
  expect(parseBrowserArgs(given)).toEqual({
    help: false,
    profile: '/p',
    cloud: 'http://127.0.0.1:9',
    port: 8123,
    open: false,
    passphraseFile: null,
  });
  expect(parseBrowserArgs([])).toMatchObject({ profile: null, cloud: null, port: 0, open: true });
});

test.each([
  [['--colour', 'red'], /--colour/],
  [['stray'], /stray/],
  [['--port', 'many'], /--port/],
  [['--port', '70000'], /--port/],
  [['--cloud', 'ftp://x'], /--cloud/],
  [['--cloud', 'http://name:secret@x'], /--cloud/],
  [['--profile', ''], /--profile/],
  [[`-${'a.'.repeat(50_000)}`], /4096/],
])('HOST-16 %.60j is refused, and the message names what is wrong', (given, names) => {
  expect(() => parseBrowserArgs(given)).toThrow(ArgumentError);
  expect(() => parseBrowserArgs(given)).toThrow(names);
});

test('HOST-16 the data folder is where each system keeps such things', () => {
  const at = (platform: NodeJS.Platform, env: Record<string, string>) =>
    dataFolder({ platform, env, home: '/home/anna' });
  expect(at('linux', {})).toBe('/home/anna/.local/share/lockstep');
  expect(at('linux', { XDG_DATA_HOME: '/x' })).toBe('/x/lockstep');
  expect(at('linux', { XDG_DATA_HOME: 'relative' })).toBe('/home/anna/.local/share/lockstep');
  expect(at('darwin', {})).toBe('/home/anna/Library/Application Support/Lockstep');
  expect(at('win32', { APPDATA: 'C:\\Users\\anna\\AppData\\Roaming' })).toBe(
    'C:\\Users\\anna\\AppData\\Roaming\\Lockstep',
  );
});

test('HOST-28 the page that opens the browser lies in the profile; on Linux in the home folder, for browsers that read no hidden one', () => {
  const linux = { platform: 'linux' as const, home: '/home/anna' };
  expect(openingFolder('/home/anna/.local/share/lockstep/profile', linux)).toBe('/home/anna');
  const mac = { platform: 'darwin' as const, home: '/Users/anna' };
  expect(openingFolder('/Users/anna/Library/Lockstep/profile', mac)).toBe(
    '/Users/anna/Library/Lockstep/profile',
  );
});
