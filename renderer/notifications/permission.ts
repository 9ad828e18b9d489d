/** Whether the system, or the browser, lets this window show notifications. It asks a person once, and only after a click of theirs. */
import { create } from 'zustand';

/** `unsupported`: this window has no notifications at all. */
export type Permission = NotificationPermission | 'unsupported';

const read = (): Permission =>
  typeof Notification === 'undefined' ? 'unsupported' : Notification.permission;

export const usePermission = create<{ permission: Permission }>(() => ({ permission: read() }));

/** Shows the browser's own question. Its answer is in `usePermission`. */
export async function askForPermission(): Promise<Permission> {
  if (typeof Notification !== 'undefined') await Notification.requestPermission();
  const permission = read();
  usePermission.setState({ permission });
  return permission;
}

/** Follows what is changed in the browser's own settings. The answer ends it. */
export function followPermission(): () => void {
  const end = new AbortController();
  const update = (): void => usePermission.setState({ permission: read() });
  update();
  // Where it cannot be followed (a browser without this question), the next look at the window finds it.
  window.addEventListener('focus', update, { signal: end.signal });
  navigator.permissions
    ?.query({ name: 'notifications' })
    .then((state) => state.addEventListener('change', update, { signal: end.signal }))
    .catch(() => {});
  return () => end.abort();
}
