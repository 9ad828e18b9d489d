/** Answers `settings.*`, `devices.*`, `notices.*` and `people.*`. */
import type { DeviceCalls, NoticeCalls, PeopleCalls, SettingsCalls } from '../../api/calls.ts';
import { Failure, notFound } from '../../api/failure.ts';
import type { Device, KeepMessages, Notice, Settings } from '../../api/types.ts';
import { someInCloud } from '../../store/bases.ts';
import { getKeep, keepScope } from '../../store/keep-messages.ts';
import { conversationsWith } from '../../store/member-names.ts';
import { listNotices } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import { getPin } from '../../store/pins.ts';
import { blockedAccounts, getAccountSettings, getDeviceSettings } from '../../store/settings.ts';
import { hex, unhex } from '../../store/values.ts';
import { lastInStep } from '../../store/zone-state.ts';
import { type CallContext, read, readAny, run } from './context.ts';
import { listedDevices } from './listed-devices.ts';
import { People } from './people.ts';
import { reachOf } from './reach.ts';

export function accountCalls(context: CallContext): {
  settings: SettingsCalls;
  devices: DeviceCalls;
  notices: NoticeCalls;
  people: PeopleCalls;
} {
  const people: PeopleCalls = {
    async acceptIdentity(id) {
      await run(context, 'acceptIdentity', { accountId: id });
    },
    async setBlocked(id, on) {
      read(context, (store) => {
        const person = new People(store).of(unhex(id));
        if (person.me) throw new Failure('invalidInput', 'Nobody blocks themselves. Choose somebody else.');
        // Also somebody whose last conversation was deleted, so that everybody on the list can be unblocked.
        const known =
          conversationsWith(store, unhex(id)).length > 0 || getPin(store, unhex(id)) !== undefined;
        if (on && !known) throw notFound('person');
      });
      await run(context, 'setSettings', { block: { account: id, on } });
    },
    blocked() {
      const people = read(context, (store) => {
        const all = new People(store);
        return blockedAccounts(store).map((account) => all.of(account));
      });
      return people.sort((a, b) => a.name.localeCompare(b.name));
    },
  };
  return {
    people,
    settings: settingsCalls(context),
    devices: deviceCalls(context),
    notices: noticeCalls(context),
  };
}

function settingsCalls(context: CallContext): SettingsCalls {
  const get = (): Settings =>
    readAny(context, (store) => {
      const { readReceipts, profileName } = getAccountSettings(store);
      return {
        ...getDeviceSettings(store),
        readReceipts,
        name: profileName,
        keepMessages: keepMessagesOf(store),
      };
    });
  return {
    get,
    async set(change) {
      await run(context, 'setSettings', change);
      return get();
    },
    async keepPreview(days) {
      const reach = await run(context, 'keepPreview', { days });
      return readAny(context, (store) => ({
        ...reach,
        ...reachOf(listedDevices(store), reach.scope === 'account'),
        inCloud: reach.scope === 'account' || someInCloud(store),
      }));
    },
    async setKeepMessages(days) {
      await run(context, 'setKeepMessages', { days });
      return get();
    },
  };
}

function keepMessagesOf(store: Store): KeepMessages {
  const scope = keepScope(store);
  const { days, effectiveMs, beforeDays } = getKeep(store, scope);
  const waits = effectiveMs > Date.now();
  return { days, scope, effectiveAt: waits ? effectiveMs : null, before: waits ? beforeDays : days };
}

function deviceCalls(context: CallContext): DeviceCalls {
  return {
    list() {
      const devices = readAny(context, (store) => {
        const here = lastInStep(store);
        return listedDevices(store).map(
          (row): Device => ({
            id: hex(row.id),
            name: row.name,
            thisDevice: row.own,
            platform: row.platform,
            appVersion: row.version,
            switchOn: row.switchOn,
            // A record is written only when there was news, so that nobody is woken by it: of itself, a device knows better.
            lastSyncedAt: (row.own ? here : null) ?? row.lastSyncMs,
            addedAt: row.addedMs,
          }),
        );
      });
      return devices.sort(
        (a, b) => Number(b.thisDevice) - Number(a.thisDevice) || a.name.localeCompare(b.name),
      );
    },
    async rename(id, name) {
      await run(context, 'renameDevice', { id, name });
    },
    async remove(input) {
      await run(context, 'removeDevice', input);
    },
  };
}

function noticeCalls(context: CallContext): NoticeCalls {
  const { notices, profile, hub } = context;
  return {
    list() {
      // What the device itself says can be read while the profile is locked.
      const stored = profile.locked === null ? readAny(context, listNotices) : [];
      const all = stored.map(
        ({ id, atMs, code, detail }): Notice => ({ id, at: atMs, code: code as Notice['code'], detail }),
      );
      return [...notices, ...all].sort((a, b) => b.at - a.at);
    },
    async dismiss(id) {
      const at = notices.findIndex((notice) => notice.id === id);
      if (at < 0) {
        await run(context, 'dismissNotice', { id });
        return;
      }
      notices.splice(at, 1);
      hub.emit({ type: 'notices' });
    },
  };
}
