/** The local API whole. The renderer imports `type AppRouter` from here and nothing else. */
import { attachmentsRouter } from './attachments.ts';
import { conversationsRouter } from './conversations.ts';
import { deletesRouter, recentlyDeletedRouter } from './deletes.ts';
import { devicesRouter } from './devices.ts';
import { eventsRouter } from './events.ts';
import { messagesRouter } from './messages.ts';
import { noticesRouter } from './notices.ts';
import { peopleRouter } from './people.ts';
import { searchRouter } from './search.ts';
import { sessionRouter } from './session.ts';
import { settingsRouter } from './settings.ts';
import { syncRouter } from './sync.ts';
import { troubleshootingRouter } from './troubleshooting.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  session: sessionRouter,
  people: peopleRouter,
  conversations: conversationsRouter,
  messages: messagesRouter,
  attachments: attachmentsRouter,
  deletes: deletesRouter,
  recentlyDeleted: recentlyDeletedRouter,
  search: searchRouter,
  sync: syncRouter,
  troubleshooting: troubleshootingRouter,
  settings: settingsRouter,
  devices: devicesRouter,
  notices: noticesRouter,
  events: eventsRouter,
});

export type AppRouter = typeof appRouter;
