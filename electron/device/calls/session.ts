/** Answers `session.*`. */
import type { SessionCalls } from '../../api/calls.ts';
import { Failure } from '../../api/failure.ts';
import type { AccountInfo, ApiEvent, CloudChoice, Kept, SessionState, WipeScope } from '../../api/types.ts';
import { getDevice } from '../../store/devices.ts';
import { getIdentity, type Identity } from '../../store/identity.ts';
import { messagesHere, onlyHere } from '../../store/only-here.ts';
import type { Store } from '../../store/open.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { hex } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { ownerOf } from '../../sync/account/owner.ts';
import { recoveryQuestion } from '../../sync/account/pending.ts';
import type { DeviceDescription } from '../../sync/protocol.ts';
import { accountStoreOf, type CallContext, readAny, run, storeOf } from './context.ts';
import { listedDevices } from './listed-devices.ts';

export function sessionCalls(context: CallContext): SessionCalls {
  const { profile, host, hub } = context;

  const state = (): SessionState =>
    profile.recovering ?? profile.locked ?? readAny(context, (store) => readState(context, store));

  async function resolveCloud(choice: CloudChoice): Promise<string> {
    if (choice.kind === 'address') return choice.url;
    if (context.cloudUrl !== null) return context.cloudUrl;
    if (host.cloudHere === null) {
      throw new Failure(
        'cannotHostHere',
        'This host cannot run a cloud on this computer. Enter the address of one.',
      );
    }
    return host.cloudHere.acquire();
  }

  const description = (name: string | null): DeviceDescription => ({
    name: name ?? host.deviceName,
    platform: host.platform,
    appVersion: context.appVersion,
  });

  /** Everything that windows show hangs on who is signed in. */
  function changed(): SessionState {
    for (const event of everything()) hub.emit(event);
    return state();
  }

  return {
    state,
    checkCloud: async (choice) => run(context, 'checkCloud', { url: await resolveCloud(choice) }),

    async passwordStrength({ password, handle, name }) {
      // Its word lists are large, and only wanted at sign-up.
      const { passwordStrength } = await import('../../sync/account/password.ts');
      return passwordStrength(password, handle, name);
    },

    async signUp({ cloud, handle, name, password, invitation, deviceName }) {
      const cloudUrl = await resolveCloud(cloud);
      await run(context, 'signUp', {
        cloudUrl,
        handle,
        name,
        password,
        invitation,
        device: description(deviceName),
      });
      return changed();
    },
    async confirmRecovery(answers) {
      await run(context, 'confirmRecovery', { answers });
      return changed();
    },
    async signIn({ cloud, handle, password, deviceName, takesPart }) {
      const cloudUrl = await resolveCloud(cloud);
      await run(context, 'signIn', {
        cloudUrl,
        handle,
        password,
        device: description(deviceName),
        takesPart,
      });
      return changed();
    },
    async recover({ cloud, handle, words, newPassword, deviceName, takesPart }) {
      const cloudUrl = await resolveCloud(cloud);
      await run(context, 'recover', {
        cloudUrl,
        handle,
        words,
        newPassword,
        device: description(deviceName),
        takesPart,
      });
      return changed();
    },
    wipeScope(): WipeScope {
      return readAny(context, (store) => {
        const here = { here: messagesHere(store), ...onlyHere(store) };
        if (isClosed(state())) return { ...here, switchOn: false, devicesOn: [] };
        accountStoreOf(context); // refuses where nobody is signed in
        const others = listedDevices(store).filter(({ own, switchOn }) => !own && switchOn === true);
        return {
          ...here,
          switchOn: getZoneState(store, 'messages').switch === 'on',
          devicesOn: others.map(({ name: device }) => device),
        };
      });
    },
    async signOut(input) {
      await run(context, 'signOut', input);
      if (input.wipe) await profile.wipe();
      host.cloudHere?.release();
      return changed();
    },
    async wipeKept({ evenUnsent }) {
      const now = state();
      if (now.kind === 'signedIn' || now.kind === 'confirmRecovery')
        throw new Failure('alreadySignedIn', 'Somebody is signed in on this device. Sign out first.');
      if (!isClosed(now)) throw new Failure('nothingToDelete', 'No messages were kept on this device.');
      const { messages, changes } = readAny(context, onlyHere);
      if (messages + changes > 0 && !evenUnsent)
        throw new Failure(
          'notYetInCloud',
          `${messages} messages and ${changes} changes are not in the cloud. Say evenUnsent to lose them.`,
          { about: String(messages + changes) },
        );
      await profile.wipe();
      host.cloudHere?.release();
      return changed();
    },
    async changePassword({ current, next, signOutOthers }) {
      await run(context, 'changePassword', { currentPassword: current, newPassword: next, signOutOthers });
    },
    async unlock() {
      if (profile.locked !== null) await profile.open();
      return changed();
    },
    async startFresh() {
      const now = state();
      // Signed out too: a database that was kept belongs to its account, and somebody else begins with another one.
      if (now.kind === 'signedIn' || now.kind === 'confirmRecovery') {
        throw new Failure('alreadySignedIn', 'Somebody is signed in on this device. Sign out first.');
      }
      await profile.setAside();
      return changed();
    },
  };
}

/** Nobody is signed in, and messages are there. */
const isClosed = (state: SessionState): boolean =>
  state.kind === 'removed' || (state.kind === 'signedOut' && state.kept !== null);

/** Once at start: somebody who is signed in on the cloud on this computer needs it to run. */
export async function wakeCloudHere(context: CallContext): Promise<void> {
  const { host, profile } = context;
  if (host.cloudHere === null || profile.locked !== null || profile.recovering !== null) return;
  const identity = getIdentity(storeOf(context));
  if (identity === undefined || identity.cloudUrl !== host.cloudHere.address()) return;
  try {
    await host.cloudHere.acquire();
    await run(context, 'syncNow', null);
  } catch (error) {
    context.log(`The cloud on this computer: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export const everything = (): ApiEvent[] => [
  { type: 'session' },
  { type: 'conversations', ids: 'all' },
  { type: 'messages', conversationId: 'all', ids: 'all' },
  { type: 'recentlyDeleted' },
  { type: 'settings' },
  { type: 'devices' },
  { type: 'notices' },
];

function readState(context: CallContext, store: Store): SessionState {
  const identity = getIdentity(store);
  if (identity === undefined) {
    return {
      kind: 'signedOut',
      cloudAddress: context.cloudUrl,
      canHostHere: context.cloudUrl === null && context.host.cloudHere !== null,
      kept: keptIn(context, store),
    };
  }
  const account = accountInfo(store, identity);
  const question = recoveryQuestion(store);
  if (question !== null) return { kind: 'confirmRecovery', ...question, account };
  if (identity.state !== 'active') {
    const kept = keptAt(context, identity.handle, identity.cloudUrl);
    return { kind: 'removed', account, reason: identity.state, kept };
  }
  const id = hex(identity.deviceId);
  return {
    kind: 'signedIn',
    account,
    device: { id, name: getDevice(store, identity.deviceId)?.name ?? context.host.deviceName },
    cloud: { url: identity.cloudUrl, here: identity.cloudUrl === context.host.cloudHere?.address() },
  };
}

function keptIn(context: CallContext, store: Store): Kept | null {
  const owner = ownerOf(store);
  return owner === null ? null : keptAt(context, owner.handle, owner.cloudUrl);
}

const keptAt = ({ host }: CallContext, handle: string, cloudAddress: string): Kept => ({
  handle,
  cloudAddress,
  here: cloudAddress === host.cloudHere?.address(),
});

function accountInfo(store: Store, identity: Identity): AccountInfo {
  return {
    id: hex(identity.accountId),
    handle: identity.handle,
    name: getAccountSettings(store).profileName || identity.handle,
  };
}
