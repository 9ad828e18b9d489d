/** What the whole window shares: the session, the settings, the status, and what is on screen now. */
import { create } from 'zustand';
import type { DeleteTarget, Id, MessageCursor, SyncStatus } from '../../electron/api/types.ts';
import { toasts } from '../ui/toasts.ts';
import { api } from './api.ts';
import { createResource } from './resource.ts';

export const session = createResource(() => api.session.state.query());
export const settings = createResource(() => api.settings.get.query());
export const status = createResource<SyncStatus>(() => api.sync.status.query());
export const devices = createResource(() => api.devices.list.query());
export const notices = createResource(() => api.notices.list.query());
export const blocked = createResource(() => api.people.blocked.query());
export const storage = createResource(() => api.sync.storage.query());

/** Whether the device behind this window answers. */
export const useConnection = create<{ connected: boolean }>(() => ({ connected: true }));

export type Pane =
  | { kind: 'none' }
  | { kind: 'conversation'; id: Id; at: MessageCursor | null }
  | { kind: 'new' }
  | { kind: 'recentlyDeleted' };

export type SettingsTab =
  | 'messages'
  | 'account'
  | 'devices'
  | 'notifications'
  | 'appearance'
  | 'language'
  | 'troubleshooting';
/** A page behind the tab Messages; null: its first. */
export type SettingsPage = 'storage' | null;

type View = {
  pane: Pane;
  settingsTab: SettingsTab | null;
  settingsPage: SettingsPage;
  asking: DeleteTarget | null;
  /** What follows when that was deleted. */
  afterDelete: (() => void) | null;
  help: boolean;
};

export const useView = create<View>(() => ({
  pane: { kind: 'none' },
  settingsTab: null,
  settingsPage: null,
  asking: null,
  afterDelete: null,
  help: false,
}));

export const view = {
  show: (pane: Pane): void => useView.setState({ pane }),
  openConversation: (id: Id, at: MessageCursor | null = null): void =>
    useView.setState({ pane: { kind: 'conversation', id, at } }),
  openSettings: (tab: SettingsTab = 'messages', page: SettingsPage = null): void =>
    useView.setState({ settingsTab: tab, settingsPage: page }),
  closeSettings: (): void => useView.setState({ settingsTab: null, settingsPage: null }),
  askToDelete: (target: DeleteTarget, afterDelete: (() => void) | null = null): void =>
    useView.setState({ asking: target, afterDelete }),
  /** Something just went wrong, or was done: said for a while. */
  say: (text: string): void => toasts.say(text),
};
