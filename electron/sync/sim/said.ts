/** What notices ever said on a device of a simulation, also what was taken back at once: a record that opens after all takes its notice with it. */
import type { Store } from '../../store/open.ts';
import type { Actor } from './stage.ts';

/** Into `said`, for as long as this store is open. Its connection may have served another device before. */
export function rememberSaid({ db }: Store, said: Set<string>): void {
  db.function('remember_said', (code: unknown) => {
    said.add(String(code));
    return null;
  });
  db.exec(
    'CREATE TEMP TRIGGER IF NOT EXISTS noted AFTER INSERT ON notice BEGIN SELECT remember_said(new.code); END',
  );
}

/** With why it was ever paused. */
export function everSaid({ device, said }: Actor): Set<string> {
  if (device.alive)
    for (const { code } of device.store.all<{ code: string }>('SELECT DISTINCT code FROM notice'))
      said.add(code);
  return said;
}
