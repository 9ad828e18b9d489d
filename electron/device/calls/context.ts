/** What the answers to the local API work with: the profile, the events, and what the composition root decided. */
import { Failure } from '../../api/failure.ts';
import type { Notice } from '../../api/types.ts';
import type { Host } from '../../host/host.ts';
import { getIdentity } from '../../store/identity.ts';
import type { Store } from '../../store/open.ts';
import { unhex } from '../../store/values.ts';
import type { CommandInput, CommandName, CommandResult } from '../../sync/protocol.ts';
import type { EventHub } from '../event-hub.ts';
import type { Profile } from '../profile.ts';

export type CallContext = {
  profile: Profile;
  hub: EventHub;
  host: Host;
  appVersion: string;
  /** Given on the command line: then it is the only one. */
  cloudUrl: string | null;
  /** What the device itself has to say; the rest is in the store. */
  notices: Notice[];
  log: (line: string) => void;
};

/** The read-only connection. Throws `locked` or `stopping` where there is none. */
export const storeOf = (context: CallContext): Store => context.profile.opened.store;

/** The same, for what belongs to an account: after a sign-out that kept the messages, or a removal, nobody reads them here. */
export function accountStoreOf(context: CallContext): Store {
  const store = storeOf(context);
  if (getIdentity(store)?.state !== 'active')
    throw new Failure('signedOut', 'Nobody is signed in on this device. Sign in first.');
  return store;
}

/**
 * What `work` reads for one answer is of one moment: the worker commits between any two reads, and a message that leaves the outbox
 * meanwhile would be in neither place, or in both. Not for work that waits. Throws as `accountStoreOf` does.
 */
export function read<T>(context: CallContext, work: (store: Store) => T): T {
  return readAny(context, () => work(accountStoreOf(context)));
}

/** The same, whether anybody is signed in or not. */
export function readAny<T>(context: CallContext, work: (store: Store) => T): T {
  const store = storeOf(context);
  return store.read(() => work(store));
}

/**
 * What `find` finds of a message by its id, or by the one that it has since it was accepted (SPEC ATT-9, UI-145): whoever asks may know it as it
 * waited.
 */
export async function findOfMessage<T>(
  context: CallContext,
  id: string,
  find: (store: Store, id: Uint8Array) => T | undefined,
): Promise<T | undefined> {
  const by = (one: string): T | undefined => read(context, (store) => find(store, unhex(one)));
  const found = by(id);
  if (found !== undefined) return found;
  const now = await run(context, 'nowCalled', { id });
  return now.id === id ? undefined : by(now.id);
}

/** Every write: a command to the sync worker, answered when it is committed. */
export function run<N extends CommandName>(
  context: CallContext,
  name: N,
  input: CommandInput<N>,
): Promise<CommandResult<N>> {
  return context.profile.opened.worker.run(name, input);
}
