/** Light or dark, on the root element, so that the palette is chosen in one place. */
import { useEffect } from 'react';
import type { Settings } from '../../electron/api/types.ts';

export function useTheme(appearance: Settings['appearance']): void {
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      const dark = appearance === 'dark' || (appearance === 'system' && system.matches);
      document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [appearance]);
}
