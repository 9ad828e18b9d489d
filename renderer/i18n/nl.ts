/** Dutch: the same files and keys as English (`keys.test.ts` checks it). */
import type { Texts } from './en.ts';
import { app } from './nl/app.ts';
import { attachments } from './nl/attachments.ts';
import { blocking } from './nl/blocking.ts';
import { closed } from './nl/closed.ts';
import { common } from './nl/common.ts';
import { composer } from './nl/composer.ts';
import { damaged } from './nl/damaged.ts';
import { deletes } from './nl/deletes.ts';
import { failure } from './nl/failure.ts';
import { help } from './nl/help.ts';
import { keep } from './nl/keep.ts';
import { newMessage } from './nl/new-message.ts';
import { notices } from './nl/notices.ts';
import { notifications } from './nl/notifications.ts';
import { recentlyDeleted } from './nl/recently-deleted.ts';
import { recovering } from './nl/recovering.ts';
import { recovery } from './nl/recovery.ts';
import { search } from './nl/search.ts';
import { select } from './nl/select.ts';
import { settings } from './nl/settings.ts';
import { sidebar } from './nl/sidebar.ts';
import { status } from './nl/status.ts';
import { storage } from './nl/storage.ts';
import { switchTexts } from './nl/switch.ts';
import { transcript } from './nl/transcript.ts';
import { troubleshooting } from './nl/troubleshooting.ts';
import { trust } from './nl/trust.ts';
import { welcome } from './nl/welcome.ts';

export const nl: Texts = {
  common,
  app,
  help,
  sidebar,
  search,
  status,
  transcript,
  composer,
  attachments,
  newMessage,
  delete: deletes,
  recentlyDeleted,
  select,
  settings,
  keep,
  switch: switchTexts,
  storage,
  welcome,
  recovery,
  closed,
  recovering,
  trust,
  blocking,
  troubleshooting,
  damaged,
  notices,
  notifications,
  failure,
};
