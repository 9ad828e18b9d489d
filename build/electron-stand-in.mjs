/** What Electron's main process imports as `electron`, for check-bundle.ts: no window, no keychain, no battery, the same shapes. */
const listeners = new Map();
let handler = null;
let exited = null;

/** The addresses that windows were told to load, and what error boxes said. */
export const loaded = [];
export const errors = [];
/** What the scheme's handler answers. */
export const answer = (request) => handler(request);

/** As the last window's closing does. Resolves with the code that the app leaves with. */
export function quit() {
  return new Promise((resolve) => {
    exited = resolve;
    listeners.get('before-quit')({ preventDefault() {} });
  });
}

export const app = {
  isPackaged: false,
  requestSingleInstanceLock: () => true,
  quit() {},
  exit: (code) => exited?.(code),
  whenReady: async () => {},
  setPath() {},
  getVersion: () => '0.0.0',
  enableSandbox() {},
  on: (event, listener) => listeners.set(event, listener),
};

export class BrowserWindow {
  webContents = { on() {}, setWindowOpenHandler() {} };
  async loadURL(url) {
    loaded.push(url);
  }
  show() {}
  focus() {}
  restore() {}
  isMinimized = () => false;
  isDestroyed = () => false;
  once() {}
  on() {}
}

export const protocol = { registerSchemesAsPrivileged() {} };
export const session = {
  defaultSession: {
    setPermissionRequestHandler() {},
    setPermissionCheckHandler() {},
    setDevicePermissionHandler() {},
    protocol: {
      handle: (_scheme, given) => {
        handler = given;
      },
    },
  },
};
export const safeStorage = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(`sealed ${text}`),
  decryptString: (sealed) => sealed.toString().replace(/^sealed /, ''),
  getSelectedStorageBackend: () => 'gnome_libsecret',
};
export const powerMonitor = { isOnBatteryPower: () => false, on() {}, off() {} };
export const shell = { openExternal: async () => {} };
export const dialog = { showErrorBox: (_title, text) => errors.push(text) };
