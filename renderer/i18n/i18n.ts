/** The languages of the window. All texts are in the bundle; nothing is fetched. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Settings } from '../../electron/api/types.ts';
import { en } from './en.ts';
import { nl } from './nl.ts';

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: languageFor('system', navigator.languages),
    fallbackLng: 'en',
    resources: { en: { translation: en }, nl: { translation: nl } },
    // React escapes by itself.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
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

export function applyLanguage(choice: Settings['language']): void {
  const language = languageFor(choice, navigator.languages);
  if (i18next.language !== language) void i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
