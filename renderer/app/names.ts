/** Several names in one sentence, as the language lists them. */
import { listFormat } from './kept-formats.ts';

export const listNames =
  (language: string) =>
  (names: string[]): string =>
    listFormat(language).format(names);
