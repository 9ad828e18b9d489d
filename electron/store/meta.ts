/** Small named values of this device: its own settings (appearance, language, notifications), the clock's last stamp, and the like. */
import type { Store } from './open.ts';

export function getMeta(store: Store, name: string): string | null {
  const row = store.get<{ value: unknown }>('SELECT value FROM meta WHERE name = ?', name);
  return row === undefined ? null : String(row.value);
}

/** Null takes it away. */
export function setMeta(store: Store, name: string, value: string | Uint8Array | null): void {
  store.write(() => {
    if (value === null) store.run('DELETE FROM meta WHERE name = ?', name);
    else {
      store.run(
        'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        name,
        value,
      );
    }
  });
}
