/**
 * The parts of Electron that Lockstep uses, cut out of its own type declarations: `main.ts` passes the real ones, the
 * tests a stand-in, and the compiler holds both to the same shape.
 */
import type Electron from 'electron';

export type WebContentsPart = Pick<Electron.WebContents, 'setWindowOpenHandler'> & {
  on(event: 'will-navigate' | 'will-frame-navigate', listener: (details: NavigationPart) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown;
};
export type NavigationPart = { url: string; preventDefault(): void };

export type WindowPart = Pick<
  Electron.BrowserWindow,
  'loadURL' | 'show' | 'focus' | 'isMinimized' | 'restore' | 'isDestroyed'
> & {
  readonly webContents: WebContentsPart;
  once(event: 'ready-to-show', listener: () => void): unknown;
  on(event: 'closed', listener: () => void): unknown;
};

export type SessionPart = Pick<
  Electron.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
> & { readonly protocol: Pick<Electron.Protocol, 'handle'> };

export type AppPart = Pick<
  Electron.App,
  | 'requestSingleInstanceLock'
  | 'quit'
  | 'exit'
  | 'whenReady'
  | 'setPath'
  | 'getVersion'
  | 'enableSandbox'
  | 'isPackaged'
> & {
  on(event: 'second-instance' | 'window-all-closed' | 'activate', listener: () => void): unknown;
  on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: WebContentsPart) => void): unknown;
};

/** The two events come on Mac and Windows alone. */
export type PowerMonitorPart = Pick<Electron.PowerMonitor, 'isOnBatteryPower'> & {
  on(event: 'on-battery' | 'on-ac', listener: () => void): unknown;
  off(event: 'on-battery' | 'on-ac', listener: () => void): unknown;
};

export type ElectronParts = {
  app: AppPart;
  BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => WindowPart;
  protocol: Pick<Electron.Protocol, 'registerSchemesAsPrivileged'>;
  session: { readonly defaultSession: SessionPart };
  safeStorage: Pick<
    Electron.SafeStorage,
    'isEncryptionAvailable' | 'encryptString' | 'decryptString' | 'getSelectedStorageBackend'
  >;
  shell: Pick<Electron.Shell, 'openExternal'>;
  powerMonitor: PowerMonitorPart;
  dialog: Pick<Electron.Dialog, 'showErrorBox'>;
};
