/** Which text says a notice: by its code, and where there is one, by why. Pure. */
import type { Notice } from '../../electron/api/types.ts';

export type NoticeText = { key: string; values: Record<string, string | number> };

/** `somebody`: for names and handles that are not known. */
export function noticeText({ code, detail }: Notice, somebody: string): NoticeText {
  const known = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== ''));
  const values: Record<string, string | number> = { name: somebody, handle: somebody, ...known };
  if (code === 'databaseRecovered') values['count'] = Number(detail['messages'] ?? 0);
  // i18next takes `notices.code_context`, and `notices.code` where there is none.
  if (code === 'changeNotSent')
    values['context'] = `${detail['handle'] === '' ? '' : 'some_'}${detail['kind']}`;
  else if (typeof detail['why'] === 'string') values['context'] = detail['why'];
  return { key: `notices.${code}`, values };
}
