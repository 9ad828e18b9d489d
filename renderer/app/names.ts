/** Several names in one sentence, as the language lists them. */
export const listNames =
  (language: string) =>
  (names: string[]): string =>
    new Intl.ListFormat(language, { style: 'long', type: 'conjunction' }).format(names);
