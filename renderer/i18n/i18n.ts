/** The languages of the window. All texts are in the bundle; nothing is fetched. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Settings } from '../../electron/api/types.ts';
import { en } from './en.ts';
import { nl } from './nl.ts';

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: regional(languageFor('system', navigator.languages), navigator.languages),
    fallbackLng: 'en',
    resources: { en: { translation: en }, nl: { translation: nl } },
    // React escapes by itself.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = languageFor('system', navigator.languages);
}

/** The language to speak: the one chosen, else the first of the computer's that there is. */
export function languageFor(choice: Settings['language'], preferred: readonly string[]): 'en' | 'nl' {
  if (choice !== 'system') return choice;
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'en' || primary === 'nl') return primary;
  }
  return 'en';
}

/** With the computer's region, where it names one for this language: `en-GB` writes times and dates otherwise than `en-US`. */
export function regional(language: 'en' | 'nl', preferred: readonly string[]): string {
  return preferred.find((tag) => tag.toLowerCase().split('-')[0] === language && isTag(tag)) ?? language;
}

/** Some systems hand out names that are no language tags (`en-US@posix`). */
function isTag(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

export function applyLanguage(choice: Settings['language']): void {
  const language = languageFor(choice, navigator.languages);
  const tag = regional(language, navigator.languages);
  if (i18next.language !== tag) void i18next.changeLanguage(tag);
  document.documentElement.lang = language;
}
