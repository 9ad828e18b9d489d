/**
 * Electron's shell as a function of Electron: one window on app://lockstep/, the device behind that scheme, and every
 * door that a page could open, shut. `main.ts` calls it with the real Electron.
 */
import path from 'node:path';
import { parsedUrl } from '../api/parsed-url.ts';
import { createDevice, type Device, type DeviceOptions } from '../device/device.ts';
import { ProfileInUse } from '../device/profile-lock.ts';
import type { WorkerThreads } from '../device/worker-threads.ts';
import type { CloudHere } from './cloud-here.ts';
import { toldConditions } from './conditions.ts';
import { createElectronHost } from './electron-host.ts';
import type { ElectronParts, NavigationPart, WebContentsPart, WindowPart } from './electron-parts.ts';
import type { Host, WatchConditions } from './host.ts';

export const SCHEME = 'app';
export const HOME = 'app://lockstep/';
const ORIGIN = 'app://lockstep';

export type ElectronAppOptions = {
  profileDir: string;
  cloudUrl: string | null;
  rendererDir: string;
  cloudHere: CloudHere | null;
  /** LOCKSTEP_CONDITIONS as it is set. */
  conditions?: string | undefined;
  threads?: WorkerThreads;
  /** For tests. */
  makeDevice?: (options: DeviceOptions) => Promise<Device>;
  log?: (line: string) => void;
};

/** Must be called before Electron is ready: schemes and the sandbox are fixed by then. */
export async function runElectronApp(electron: ElectronParts, options: ElectronAppOptions): Promise<void> {
  const { app } = electron;
  // One instance a profile, and Chromium's own files beside it.
  app.setPath('userData', path.join(options.profileDir, 'electron'));
  if (!app.requestSingleInstanceLock()) {
    app.quit(); // the first instance shows its window (second-instance)
    return;
  }
  app.enableSandbox();
  electron.protocol.registerSchemesAsPrivileged([
    {
      scheme: SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ]);
  app.on('web-contents-created', (_event, contents) => shutDoors(contents, host));

  let host: Host | null = null;
  let device: Device | null = null;
  let window: WindowPart | null = null;
  let leaving = false;

  const openWindow = (): void => {
    if (device === null) return;
    if (window !== null && !window.isDestroyed()) {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      return;
    }
    const made = new electron.BrowserWindow({
      width: 1080,
      height: 760,
      minWidth: 380,
      minHeight: 420,
      show: false,
      title: 'Lockstep',
      webPreferences: {
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
        devTools: !app.isPackaged,
      },
    });
    window = made;
    made.once('ready-to-show', () => made.show());
    made.on('closed', () => {
      window = null;
    });
    void made.loadURL(HOME);
  };

  app.on('second-instance', openWindow);
  app.on('activate', openWindow);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (device === null || leaving) return;
    event.preventDefault(); // until the worker has finished what it is writing
    leaving = true;
    const ending = device;
    ending.stop().then(
      () => app.exit(0),
      () => app.exit(1),
    );
  });

  options.threads?.begin();
  await app.whenReady();
  const { defaultSession } = electron.session;
  // Two things are allowed, to the app's own page alone: writing to the clipboard (Copy, the recovery words; reading it is not), and notifications.
  const allowed = (permission: string, url: string): boolean =>
    (permission === 'clipboard-sanitized-write' || permission === 'notifications') &&
    URL.parse(url)?.host === 'lockstep' &&
    url.startsWith(`${SCHEME}:`);
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(allowed(permission, details.requestingUrl)),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) => allowed(permission, origin));
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.protocol.handle(SCHEME, async (request) => {
    if (new URL(request.url).host !== 'lockstep' || device === null)
      return new Response('Not Found\n', { status: 404 });
    return device.fetch(request);
  });

  host = createElectronHost(electron, {
    cloudHere: options.cloudUrl === null ? options.cloudHere : null,
    watchConditions: readConditions(options),
  });
  try {
    device = await (options.makeDevice ?? createDevice)({
      profileDir: options.profileDir,
      cloudUrl: options.cloudUrl,
      host,
      rendererDir: options.rendererDir,
      appVersion: app.getVersion(),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
      ...(options.log === undefined ? {} : { log: options.log }),
    });
  } catch (error) {
    const text =
      error instanceof ProfileInUse
        ? error.message
        : 'Lockstep could not open its data folder. Nothing was changed.';
    options.log?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    electron.dialog.showErrorBox('Lockstep', text);
    app.exit(1);
    return;
  }
  openWindow();
}

/** A word that is not understood ends nothing here, where nobody may see a command line: it is logged, and the system is asked. */
function readConditions({ conditions, log }: ElectronAppOptions): WatchConditions | null {
  try {
    return toldConditions(conditions);
  } catch (error) {
    log?.((error as Error).message);
    return null;
  }
}

/** For every page there will ever be: no other address, no second window, no embedded page. Links go to the browser. */
function shutDoors(contents: WebContentsPart, host: Host | null): void {
  const stay = (details: NavigationPart): void => {
    if (!isHome(details.url)) details.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (parsedUrl(url) !== null) void host?.openExternal(url);
    return { action: 'deny' };
  });
}

function isHome(url: string): boolean {
  const parsed = parsedUrl(url);
  return parsed !== null && `${parsed.protocol}//${parsed.host}` === ORIGIN;
}
