/**
 * The one client of the local API. Calls go to the host this page came from; live events come over one server-sent
 * stream (see events.ts, which shares it between tabs).
 */
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client';
import type { AppRouter } from '../../electron/api/router.ts';
import type { ApiFailure, Id } from '../../electron/api/types.ts';

const url = '/rpc';

/** These wait for the cloud, and nobody shall wait with them: not in one request with others. Troubleshooting's do so too. */
const ASKS_THE_CLOUD: ReadonlySet<string> = new Set([
  'sync.storage',
  'sync.preview',
  'sync.offPreview',
  'sync.setSwitch',
  'sync.disableAndDelete',
  'sync.undoPurge',
]);

export const api = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url }),
      false: splitLink({
        condition: ({ path }) => path.startsWith('troubleshooting.') || ASKS_THE_CLOUD.has(path),
        true: httpLink({ url }),
        false: splitLink({
          // It may name thousands of messages: no question for a URL.
          condition: (operation) => operation.path === 'deletes.scope',
          true: httpLink({ url, methodOverride: 'POST' }),
          // One request carries what a moment asks for; the limit keeps a long query out of a URL.
          false: httpBatchLink({ url, maxURLLength: 8000 }),
        }),
      }),
    }),
  ],
});

/** A draft is saved also while the page goes away: a request of its own, which outlives it. */
export function saveDraftAtTheEnd(id: Id, text: string): void {
  fetch(`${url}/conversations.setDraft`, {
    method: 'POST',
    // The browser takes 64 KiB along; a longer draft was saved when the typing paused.
    keepalive: text.length < 20_000,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, text }),
  }).catch(() => {});
}

/** Why a call failed, as the texts need it. `appUnreachable`: the device behind this window does not answer. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof TRPCClientError) {
    const data: unknown = error.data;
    if (typeof data === 'object' && data !== null && 'reason' in data && typeof data.reason === 'string') {
      const wait = 'retryAfterMs' in data ? data.retryAfterMs : null;
      const about = 'about' in data && typeof data.about === 'string' ? data.about : null;
      return { reason: data.reason, retryAfterMs: typeof wait === 'number' ? wait : null, about };
    }
    // No answer in the API's own form: nothing listened, or something else did.
    return { reason: 'appUnreachable', retryAfterMs: null, about: null };
  }
  return { reason: 'unexpected', retryAfterMs: null, about: null };
}
