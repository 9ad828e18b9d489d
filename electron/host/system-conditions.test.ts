import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseMetered, readMetered, readOnBattery } from './linux-conditions.ts';
import { parsePmset, type Run, runProgram, systemConditions } from './system-conditions.ts';
import { parseWindows } from './windows-conditions.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;

/** As /sys/class/power_supply: a folder a supply, a file a property, each with its line's end. */
function supplies(of: Record<string, Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-power-'));
  folders.push(folder);
  for (const [name, files] of Object.entries(of)) {
    mkdirSync(path.join(folder, name));
    for (const [file, text] of Object.entries(files))
      writeFileSync(path.join(folder, name, file), `${text}\n`);
  }
  return folder;
}

const AC = (online: string) => ({ type: 'Mains', online });
const BAT = (status: string) => ({ type: 'Battery', present: '1', status, capacity: '80' });
const PORT = (online: string) => ({ type: 'USB', online, usb_type: '[C] PD PD_PPS' });
const MOUSE = { type: 'Battery', scope: 'Device', present: '1', status: 'Discharging', online: '1' };

test.each([
  ['a desktop', {}, false],
  ['a desktop with a mouse of its own battery', { hidpp_battery_0: MOUSE }, false],
  ['a laptop that hangs from the wall', { AC: AC('1'), BAT0: BAT('Charging') }, false],
  ['one that is full', { ACAD: AC('1'), BAT1: BAT('Full') }, false],
  ['one that is kept at 80 %', { AC: AC('1'), BAT0: BAT('Not charging') }, false],
  ['one that drains beside a weak charger', { AC: AC('1'), BAT0: BAT('Discharging') }, false],
  ['one that hangs from nothing', { AC: AC('0'), BAT0: BAT('Discharging') }, true],
  [
    'one of two batteries that takes turns',
    { AC: AC('0'), BAT0: BAT('Unknown'), BAT1: BAT('Discharging') },
    true,
  ],
  [
    'one that charges a telephone',
    { AC: AC('0'), BAT0: BAT('Discharging'), 'ucsi-source-psy-USBC000:001': PORT('1') },
    true,
  ],
  [
    'one without mains, charged at a port',
    { BAT0: BAT('Discharging'), 'tcpm-source-psy-4-0022': PORT('1') },
    false,
  ],
  ['one without mains, at no port', { BAT0: BAT('Discharging'), 'tcpm-source-psy-4-0022': PORT('0') }, true],
  ['an empty bay', { AC: AC('0'), BAT1: { type: 'Battery', present: '0', status: 'Discharging' } }, false],
  ['a battery that does not say', { AC: AC('0'), BAT0: BAT('Unknown') }, null],
  ['a battery that cannot be read', { AC: AC('0'), BAT0: { type: 'Battery', present: '1' } }, null],
  ['a supply that cannot be read', { AC: AC('0'), strange: {} }, null],
] as const)('HOST-19 Linux, %s', async (_what, files, onBattery) => {
  expect(await readOnBattery(supplies(files))).toBe(onBattery);
});

test('HOST-19 Linux without that folder: not known', async () => {
  expect(await readOnBattery(path.join(supplies({}), 'away'))).toBeNull();
});

test.each([
  ['u 1\n', true],
  ['u 2\n', false],
  ['u 3\n', true],
  ['u 4\n', false],
  ['u 0\n', null],
  ['   variant       uint32 3\n', true],
  ['   variant       uint32 4', false],
  ['u 5\n', null],
  ['s "1"\n', null],
  ['', null],
])('HOST-19 NetworkManager says %j', (text, metered) => {
  expect(parseMetered(text)).toBe(metered);
});

test('HOST-19 where busctl is not there or fails, dbus-send is asked; where that fails too, it is not known', async () => {
  const asked: string[] = [];
  const only =
    (program: string | null): Run =>
    async (name, args) => {
      asked.push(name);
      expect(args).toContain('--system');
      return name === program ? '   variant       uint32 1\n' : null;
    };
  expect(await readMetered(only('busctl'), never)).toBe(true);
  expect(await readMetered(only('dbus-send'), never)).toBe(true);
  expect(await readMetered(only(null), never)).toBeNull();
  expect(asked).toEqual(['busctl', 'busctl', 'dbus-send', 'busctl', 'dbus-send']);
});

test.each([
  [
    "Now drawing from 'AC Power'\n -InternalBattery-0 (id=3735651)\t97%; charged; 0:00 remaining present: true\n",
    false,
  ],
  [
    "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=6094947)\t86%; discharging; 4:29 remaining present: true\n",
    true,
  ],
  [
    "Now drawing from 'AC Power'\n -InternalBattery-0 (id=3735651)\t80%; AC attached; not charging present: true\n",
    false,
  ],
  ["Now drawing from 'AC Power'\n", false],
  [
    "Now drawing from 'UPS Power'\n -Back-UPS ES 700G FW:871.O4 .I USB FW:O4  (id=31719424)\t98%; discharging; 0:26 remaining present: true\n",
    true,
  ],
  ['', null],
  ['pmset: Operation not permitted\n', null],
])('HOST-20 pmset says %j', (text, onBattery) => {
  expect(parsePmset(text)).toBe(onBattery);
});

test.each([
  [
    'power=Online\r\ncost=Unrestricted\r\nroaming=False\r\nover=False\r\n',
    { onBattery: false, metered: false },
  ],
  ['power=Offline\r\ncost=Fixed\r\nroaming=False\r\nover=False\r\n', { onBattery: true, metered: true }],
  ['power=Offline\r\ncost=Variable\r\nroaming=False\r\nover=False\r\n', { onBattery: true, metered: true }],
  [
    'power=Online\r\ncost=Unrestricted\r\nroaming=True\r\nover=False\r\n',
    { onBattery: false, metered: true },
  ],
  [
    'power=Online\r\ncost=Unrestricted\r\nroaming=False\r\nover=True\r\n',
    { onBattery: false, metered: true },
  ],
  ['power=Unknown\r\ncost=Unknown\r\nroaming=False\r\nover=False\r\n', { onBattery: null, metered: null }],
  ['power=Online\r\n', { onBattery: false, metered: null }],
  ['', { onBattery: null, metered: null }],
])('HOST-20 PowerShell says %j', (text, conditions) => {
  expect(parseWindows(text)).toEqual(conditions);
});

test('HOST-20 one start of PowerShell for both, by its whole path, with nothing that a command line would change', async () => {
  const asked: [string, readonly string[]][] = [];
  const { look, metered } = systemConditions('win32', async (program, args) => {
    asked.push([program, args]);
    return 'power=Offline\r\ncost=Fixed\r\nroaming=False\r\nover=False\r\n';
  });
  expect(await look(never)).toEqual({ onBattery: true, metered: true });
  expect(await metered(never)).toBe(true);
  expect(asked).toHaveLength(2);
  for (const [program, args] of asked) {
    expect(program).toMatch(/^[A-Z]:\\.*\\System32\\WindowsPowerShell\\v1\.0\\powershell\.exe$/i);
    expect(args).toContain('-NonInteractive');
    expect(args.at(-1)).not.toMatch(/["\n]/);
  }
  expect(asked.map(([, args]) => args.at(-1)?.includes('PowerLineStatus'))).toEqual([true, false]);
});

test('HOST-20 on a Mac the connection is not known, on another system nothing is', async () => {
  const mac = systemConditions('darwin', async (program, args) =>
    `${program} ${args.join(' ')}` === '/usr/bin/pmset -g batt' ? "Now drawing from 'Battery Power'\n" : null,
  );
  expect(await mac.look(never)).toEqual({ onBattery: true, metered: null });
  expect(await mac.metered(never)).toBeNull();
  const silent: Run = async () => null;
  for (const platform of ['darwin', 'win32', 'freebsd'] as const) {
    expect(await systemConditions(platform, silent).look(never)).toEqual({ onBattery: null, metered: null });
  }
});

test('HOST-18 a program is run without a shell; one that is missing, fails or is ended says nothing', async () => {
  const node = (script: string, signal = never) => runProgram(process.execPath, ['-e', script], signal);
  expect(await node('console.log("$HOME `id` %PATH%")')).toBe('$HOME `id` %PATH%\n');
  // Its input is at its end.
  expect(await node('process.stdin.on("end", () => console.log("end")).resume()')).toBe('end\n');
  expect(await runProgram('lockstep-no-such-program', [], never)).toBeNull();
  expect(await node('console.log("half"); process.exit(1)')).toBeNull();
  const end = new AbortController();
  const running = node('setInterval(() => {}, 1000)', end.signal);
  end.abort();
  expect(await running).toBeNull();
  expect(await node('console.log("late")', end.signal)).toBeNull();
});

test('HOST-18 this computer answers, whatever it is', async () => {
  const { onBattery, metered } = await systemConditions().look(never);
  for (const value of [onBattery, metered]) expect([true, false, null]).toContain(value);
}, 30_000);
