/** English, the language the others are checked against: a file a screen region, keys grouped by it. */
import { app } from './en/app.ts';
import { attachments } from './en/attachments.ts';
import { blocking } from './en/blocking.ts';
import { closed } from './en/closed.ts';
import { common } from './en/common.ts';
import { composer } from './en/composer.ts';
import { damaged } from './en/damaged.ts';
import { deletes } from './en/deletes.ts';
import { failure } from './en/failure.ts';
import { help } from './en/help.ts';
import { keep } from './en/keep.ts';
import { newMessage } from './en/new-message.ts';
import { notices } from './en/notices.ts';
import { notifications } from './en/notifications.ts';
import { recentlyDeleted } from './en/recently-deleted.ts';
import { recovering } from './en/recovering.ts';
import { recovery } from './en/recovery.ts';
import { search } from './en/search.ts';
import { select } from './en/select.ts';
import { settings } from './en/settings.ts';
import { sidebar } from './en/sidebar.ts';
import { status } from './en/status.ts';
import { storage } from './en/storage.ts';
import { switchTexts } from './en/switch.ts';
import { transcript } from './en/transcript.ts';
import { troubleshooting } from './en/troubleshooting.ts';
import { trust } from './en/trust.ts';
import { welcome } from './en/welcome.ts';

export const en = {
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

/** The shape every other language must have. */
export type Texts = typeof en;
