import { beforeEach, expect, test, vi } from 'vitest';
import type { AttachmentDraft } from '../../electron/api/types.ts';

const device = vi.hoisted(() => ({ drafts: vi.fn() }));
vi.mock('../app/api.ts', () => ({ api: { attachments: { drafts: { query: device.drafts } } } }));
const { forgetTrays, loadTray, putBack, takeItems, useTrays, wereSent } = await import('./tray.ts');

const draft = (id: string): AttachmentDraft =>
  ({ id, name: `${id}.pdf`, mediaType: 'application/pdf', size: 5, thumbnail: null }) as AttachmentDraft;
const shown = (): (string | null)[] => (useTrays.getState()['c'] ?? []).map(({ id }) => id);

beforeEach(async () => {
  forgetTrays();
  device.drafts.mockReset().mockResolvedValue([draft('a'), draft('b')]);
  await loadTray('c');
});

test('UI-144 what another window has sent or taken out is beside the text no more; what it has attached is', async () => {
  expect(shown()).toEqual(['a', 'b']);
  device.drafts.mockResolvedValue([draft('b'), draft('new')]);
  await loadTray('c');
  expect(shown()).toEqual(['new', 'b']);
});

test('UI-144 a file that the device got while it was asked stays', async () => {
  device.drafts.mockImplementationOnce(async () => {
    useTrays.setState((state) => ({
      c: [...(state['c'] ?? []), { ...state['c']![0]!, key: 'new-1', id: 'just-now' }],
    }));
    return [draft('a'), draft('b')];
  });
  await loadTray('c');
  expect(shown()).toEqual(['a', 'b', 'just-now']);
});

test('UI-144 files that are being sent are not beside the text, also when one comes back meanwhile', async () => {
  const items = takeItems('c');
  await loadTray('c');
  expect(shown()).toEqual([]);
  device.drafts.mockResolvedValue([]);
  wereSent(items);
  await loadTray('c');
  expect(shown()).toEqual([]);
});

test('UI-144 after a message that was refused, those files are back that the device still has', async () => {
  const items = takeItems('c');
  device.drafts.mockResolvedValue([draft('b')]);
  putBack('c', items);
  await vi.waitFor(() => expect(shown()).toEqual(['b']));
});
