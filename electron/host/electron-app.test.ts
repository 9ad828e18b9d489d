import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions, CustomScheme } from 'electron';
import { expect, test } from 'vitest';
import type { Device, DeviceOptions } from '../device/device.ts';
import { ProfileInUse } from '../device/profile-lock.ts';
import type { Conditions } from '../sync/status-types.ts';
import { type ElectronAppOptions, runElectronApp } from './electron-app.ts';
import { byPowerMonitor, bySafeStorage } from './electron-host.ts';
import type { ElectronParts, NavigationPart, WebContentsPart } from './electron-parts.ts';

type Listener = (...given: never[]) => void;

/** A stand-in with the shapes of the real declarations; it remembers what it was told. */
function standIn(options: { first?: boolean; backend?: string; available?: boolean } = {}) {
  const seen = {
    schemes: [] as CustomScheme[],
    windows: [] as BrowserWindowConstructorOptions[],
    loaded: [] as string[],
    opened: [] as string[],
    errors: [] as string[],
    exits: [] as (number | undefined)[],
    order: [] as string[],
    shown: 0,
  };
  const power = { onBattery: false, events: new EventEmitter() };
  const listeners = new Map<string, Listener>();
  const session = new Map<string, Listener>();
  let handler: ((request: Request) => Response | Promise<Response>) | null = null;
  const contents = new Map<string, Listener>();
  let openHandler: ((details: never) => { action: string }) | null = null;
  const webContents: WebContentsPart = {
    on: (event: string, listener: Listener) => contents.set(event, listener),
    setWindowOpenHandler: (given) => {
      openHandler = given as never;
    },
  };
  const parts: ElectronParts = {
    app: {
      isPackaged: true,
      requestSingleInstanceLock: () => options.first ?? true,
      quit: () => void seen.order.push('quit'),
      exit: (code) => void seen.exits.push(code),
      whenReady: async () => void seen.order.push('ready'),
      setPath: (name, path) => void seen.order.push(`${name} ${path}`),
      getVersion: () => '1.2.3',
      enableSandbox: () => void seen.order.push('sandbox'),
      on: (event: string, listener: Listener) => listeners.set(event, listener),
    },
    BrowserWindow: class {
      readonly webContents = webContents;
      constructor(given: BrowserWindowConstructorOptions) {
        seen.windows.push(given);
        listeners.get('web-contents-created')?.(...([{}, webContents] as never[]));
      }
      async loadURL(url: string) {
        seen.loaded.push(url);
      }
      show() {
        seen.shown += 1;
      }
      focus() {}
      restore() {}
      isMinimized() {
        return false;
      }
      isDestroyed() {
        return false;
      }
      once() {}
      on() {}
    },
    protocol: {
      registerSchemesAsPrivileged: (schemes) => {
        seen.schemes.push(...schemes);
        seen.order.push('schemes');
      },
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (given) => void session.set('request', given as Listener),
        setPermissionCheckHandler: (given) => void session.set('check', given as Listener),
        setDevicePermissionHandler: (given) => void session.set('device', given as Listener),
        protocol: {
          handle: (scheme, given) => {
            expect(scheme).toBe('app');
            handler = given as typeof handler;
          },
        },
      },
    },
    safeStorage: {
      isEncryptionAvailable: () => options.available ?? true,
      encryptString: (text) => Buffer.from(`sealed ${text}`),
      decryptString: (sealed) => sealed.toString().replace(/^sealed /, ''),
      getSelectedStorageBackend: () => (options.backend ?? 'gnome_libsecret') as 'gnome_libsecret',
    },
    powerMonitor: {
      isOnBatteryPower: () => power.onBattery,
      on: (event, listener) => power.events.on(event, listener),
      off: (event, listener) => power.events.off(event, listener),
    },
    shell: { openExternal: async (url) => void seen.opened.push(url) },
    dialog: { showErrorBox: (_title, text) => void seen.errors.push(text) },
  };
  const emit = (event: string, ...given: unknown[]) => listeners.get(event)?.(...(given as never[]));
  const navigate = (event: string, url: string) => {
    let prevented = false;
    const details: NavigationPart = {
      url,
      preventDefault() {
        prevented = true;
      },
    };
    contents.get(event)?.(...([details] as never[]));
    return prevented;
  };
  return {
    parts,
    seen,
    power,
    emit,
    navigate,
    session,
    request: (url: string) => handler?.(new Request(url)),
    open: (url: string) => openHandler?.({ url } as never),
  };
}

function fakeDevice(): Device & { stopped: number } {
  return {
    stopped: 0,
    streams: 0,
    fetch: async () => new Response('device'),
    noteAddress() {},
    async stop() {
      this.stopped += 1;
    },
  };
}

async function run(
  it: ReturnType<typeof standIn>,
  device: Device = fakeDevice(),
  more: Partial<ElectronAppOptions> = {},
) {
  let given: DeviceOptions | null = null;
  await runElectronApp(it.parts, {
    profileDir: '/profile',
    cloudUrl: null,
    rendererDir: '/renderer',
    cloudHere: null,
    makeDevice: async (options) => {
      given = options;
      return device;
    },
    ...more,
  });
  return { given: given as DeviceOptions | null, device };
}

test('HOST-12 one window on app://lockstep/ whose page is isolated, sandboxed and without Node', async () => {
  const it = standIn();
  const { given } = await run(it);
  expect(it.seen.loaded).toEqual(['app://lockstep/']);
  expect(it.seen.windows).toHaveLength(1);
  expect(it.seen.windows[0]?.webPreferences).toEqual({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: true,
    devTools: false,
  });
  expect(given).toMatchObject({ profileDir: '/profile', rendererDir: '/renderer', appVersion: '1.2.3' });
});

test('HOST-12 the sandbox and the scheme are set before Electron is ready', async () => {
  const it = standIn();
  await run(it);
  expect(it.seen.order).toEqual(['userData /profile/electron', 'sandbox', 'schemes', 'ready']);
  const { scheme, privileges } = it.seen.schemes[0] ?? {};
  expect(scheme).toBe('app');
  expect(privileges).toMatchObject({ standard: true, secure: true, supportFetchAPI: true, stream: true });
  expect(privileges).not.toHaveProperty('bypassCSP');
  expect(privileges).not.toHaveProperty('corsEnabled');
});

test('HOST-12 the scheme serves the device, and only under its own name', async () => {
  const it = standIn();
  await run(it);
  expect(await (await it.request('app://lockstep/'))?.text()).toBe('device');
  expect((await it.request('app://elsewhere/'))?.status).toBe(404);
});

test.each(['will-navigate', 'will-frame-navigate'])('HOST-13 %s leads to no other address', async (event) => {
  const it = standIn();
  await run(it);
  for (const url of [
    'https://evil.example/',
    'app://elsewhere/',
    'app://lockstep.evil/',
    'file:///etc/passwd',
    'no url',
  ]) {
    expect(it.navigate(event, url)).toBe(true);
  }
  expect(it.navigate(event, 'app://lockstep/')).toBe(false);
});

test('HOST-13 no second window and no embedded page; a web link opens in the browser, another one nowhere', async () => {
  const it = standIn();
  await run(it);
  for (const url of [
    'https://example.org/',
    'mailto:a@example.org',
    'file:///etc/passwd',
    'smb://x/y',
    'javascript:alert(1)',
    'no url',
  ]) {
    expect(it.open(url)).toEqual({ action: 'deny' });
  }
  expect(it.seen.opened).toEqual(['https://example.org/', 'mailto:a@example.org']);
  expect(it.navigate('will-attach-webview', '')).toBe(true);
});

test('HOST-13 no permission is given but writing to the clipboard and notifications, and those to the app alone', async () => {
  const it = standIn();
  await run(it);
  const ask = (permission: string, url: string): boolean[] => {
    const answers: boolean[] = [];
    const details = { requestingUrl: url };
    const answer = (granted: boolean) => answers.push(granted);
    it.session.get('request')?.(...([null, permission, answer, details] as never[]));
    answers.push(it.session.get('check')?.(...([null, permission, url] as never[])) as never);
    return answers;
  };
  for (const permission of ['media', 'geolocation', 'midi', 'clipboard-read']) {
    expect(ask(permission, 'app://lockstep/')).toEqual([false, false]);
  }
  for (const url of ['https://lockstep/', 'app://elsewhere/', 'https://example.org/', '']) {
    for (const permission of ['clipboard-sanitized-write', 'notifications'])
      expect(ask(permission, url)).toEqual([false, false]);
  }
  for (const permission of ['clipboard-sanitized-write', 'notifications'])
    expect(ask(permission, 'app://lockstep/')).toEqual([true, true]);
  expect(it.session.get('device')?.(...([{}] as never[]))).toBe(false);
});

test('HOST-8 a second instance of a profile gives way, and the first one shows its window', async () => {
  const second = standIn({ first: false });
  expect((await run(second)).given).toBeNull();
  expect(second.seen.order).toContain('quit');
  const first = standIn();
  await run(first);
  first.emit('second-instance');
  expect(first.seen.windows).toHaveLength(1);
  expect(first.seen.shown).toBe(1);
});

test('HOST-8 where another program has the profile, Electron says which, and ends', async () => {
  const it = standIn();
  await runElectronApp(it.parts, {
    profileDir: '/profile',
    cloudUrl: null,
    rendererDir: '/renderer',
    cloudHere: null,
    makeDevice: async () => {
      throw new ProfileInUse('/profile', { pid: 7, address: null });
    },
  });
  expect(it.seen.errors[0]).toContain('process 7');
  expect(it.seen.exits).toEqual([1]);
  expect(it.seen.windows).toEqual([]);
});

test('HOST-12 quitting waits for the device to stop', async () => {
  const it = standIn();
  const device = fakeDevice();
  await run(it, device);
  let prevented = 0;
  const event = {
    preventDefault() {
      prevented += 1;
    },
  };
  it.emit('before-quit', event);
  it.emit('before-quit', event);
  await expect.poll(() => it.seen.exits).toEqual([0]);
  expect(prevented).toBe(1);
  expect(device.stopped).toBe(1);
});

test('HOST-14 a keychain that protects nothing is known as weak', () => {
  const strong = (backend: string, platform: NodeJS.Platform) =>
    bySafeStorage(standIn({ backend }).parts.safeStorage, platform).strong;
  expect(strong('basic_text', 'linux')).toBe(false);
  expect(strong('unknown', 'linux')).toBe(false);
  expect(strong('gnome_libsecret', 'linux')).toBe(true);
  expect(strong('basic_text', 'darwin')).toBe(true);
});

test('HOST-10 a keychain that does not answer seals nothing and opens nothing', async () => {
  const sealing = bySafeStorage(standIn({ available: false }).parts.safeStorage, 'linux');
  await expect(sealing.seal(new Uint8Array(32))).rejects.toMatchObject({ reason: 'keyUnreadable' });
  await expect(sealing.open({ sealed: 'AAAA' })).rejects.toMatchObject({ reason: 'keyUnreadable' });
});

test('HOST-9 the key comes back out of the keychain as it went in', async () => {
  const sealing = bySafeStorage(standIn().parts.safeStorage, 'linux');
  const key = new Uint8Array(32).map((_, index) => 255 - index);
  expect(await sealing.open(await sealing.seal(key))).toEqual(key);
});

/** What the system would say, and how often it was asked for the connection. */
function system(metered: boolean | null) {
  const it = { metered, asked: 0, looked: 0 };
  const conditions = {
    async look() {
      it.looked += 1;
      return { onBattery: true, metered: it.metered };
    },
    async metered() {
      it.asked += 1;
      return it.metered;
    },
  };
  return { it, conditions };
}

test.each(['darwin', 'win32'] as const)(
  'HOST-21 on %s Electron knows the power, at once when it changes; the system the connection',
  async (platform) => {
    const { power, parts } = standIn();
    const { it, conditions } = system(false);
    const told: Conditions[] = [];
    const unwatch = byPowerMonitor(parts.powerMonitor, conditions, platform)((next) => told.push(next));
    await expect.poll(() => told).toEqual([{ onBattery: false, metered: false }]);
    power.onBattery = true;
    power.events.emit('on-battery');
    await expect.poll(() => told.at(-1)).toEqual({ onBattery: true, metered: false });
    it.metered = true;
    power.onBattery = false;
    power.events.emit('on-ac');
    await expect.poll(() => told.at(-1)).toEqual({ onBattery: false, metered: true });
    expect(told).toHaveLength(3);
    expect(it).toMatchObject({ asked: 3, looked: 0 });
    unwatch();
    expect(power.events.eventNames()).toEqual([]);
    power.events.emit('on-battery');
    expect(it.asked).toBe(3);
  },
);

test('HOST-21 on Linux, where Electron knows no battery, the system says both', async () => {
  const { power, parts } = standIn();
  const { conditions } = system(null);
  const told: Conditions[] = [];
  const unwatch = byPowerMonitor(parts.powerMonitor, conditions, 'linux')((next) => told.push(next));
  await expect.poll(() => told).toEqual([{ onBattery: true, metered: null }]);
  expect(power.events.eventNames()).toEqual([]);
  unwatch();
});

test('HOST-22 LOCKSTEP_CONDITIONS speaks for Electron too; a word that is none is logged, and the system is asked', async () => {
  const it = standIn();
  it.power.onBattery = true;
  const { given } = await run(it, fakeDevice(), { conditions: 'metered' });
  const told: Conditions[] = [];
  given?.host.watchConditions((next) => told.push(next))();
  const unwatch = given?.host.watchConditions((next) => told.push(next));
  await expect.poll(() => told).toEqual([{ onBattery: false, metered: true }]);
  unwatch?.();
  const lines: string[] = [];
  await run(standIn(), fakeDevice(), { conditions: 'mains', log: (line) => lines.push(line) });
  expect(lines.join()).toContain('not "mains"');
});
