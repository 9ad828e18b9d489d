/** What a prepared cloud holds. Its key stands in the clear: the account is made up, and the raw limit needs it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ACCOUNT_FILE = 'account.json';

export type Account = {
  handle: string;
  count: number;
  conversations: number;
  accountId: string;
  zoneKey: string;
  /** The newest 200 messages are those accepted then or later. */
  newest200Ms: number;
};

export const readAccount = (folder: string): Account =>
  JSON.parse(readFileSync(join(folder, ACCOUNT_FILE), 'utf8')) as Account;
