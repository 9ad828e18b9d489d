/** All answers to the local API, from the files beside this one. */
import type { ApiCalls, EventCalls, SyncCalls } from '../api/calls.ts';
import { accountCalls } from './calls/account.ts';
import { attachmentCalls } from './calls/attachments.ts';
import { type CallContext, run } from './calls/context.ts';
import { deleteCalls, recentlyDeletedCalls } from './calls/deletes.ts';
import { conversationCalls, messageCalls, searchCalls } from './calls/messages.ts';
import { everything, sessionCalls } from './calls/session.ts';
import { troubleshootingCalls } from './calls/troubleshooting.ts';

export function createCalls(context: CallContext): ApiCalls {
  return {
    session: sessionCalls(context),
    conversations: conversationCalls(context),
    messages: messageCalls(context),
    attachments: attachmentCalls(context),
    deletes: deleteCalls(context),
    recentlyDeleted: recentlyDeletedCalls(context),
    search: searchCalls(context),
    sync: syncCalls(context),
    troubleshooting: troubleshootingCalls(context),
    ...accountCalls(context),
    events: eventCalls(context),
  };
}

function syncCalls(context: CallContext): SyncCalls {
  return {
    status: () => run(context, 'status', null),
    async now() {
      await run(context, 'syncNow', null);
    },
    async cancel() {
      await run(context, 'cancelSync', null);
    },
    preview: () => run(context, 'switchPreview', null),
    offPreview: () => run(context, 'switchOffPreview', null),
    async setSwitch(input) {
      await run(context, 'setSwitch', input);
    },
    async hold() {
      await run(context, 'hold', null);
    },
    async resume() {
      await run(context, 'resume', null);
    },
    async continueAnyway() {
      await run(context, 'continueAnyway', null);
    },
    async disableAndDelete() {
      await run(context, 'disableAndDelete', null);
    },
    async undoPurge() {
      await run(context, 'undoPurge', null);
    },
    storage: () => run(context, 'storage', null),
    async repair() {
      await run(context, 'repair', null);
    },
  };
}

function eventCalls(context: CallContext): EventCalls {
  return {
    async *subscribe(signal) {
      const stream = context.hub.subscribe(signal, everything());
      // The status comes by the hub, after the stream is in it: so no later one can be missed.
      const tell = async (): Promise<void> => {
        const status = await run(context, 'status', null);
        context.hub.emit({ type: 'status', status });
      };
      tell().catch(() => {}); // locked or closing: there is no status
      yield* stream;
    },
  };
}
