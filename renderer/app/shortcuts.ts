/** Keys that work anywhere in the signed-in window. The list in Help.tsx is made from the same table. */
import { useEffect } from 'react';
import { conversations } from './conversations.ts';
import { isAlt, isCommand, isMac, takesText } from './keys.ts';
import { useView, view } from './state.ts';

type Shortcut = {
  label: string;
  keys: string[];
  matches: (event: KeyboardEvent) => boolean;
  run: () => void;
};

/** The newest of what can be undone. */
const undoButton = (): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>('.toast-undo')].at(-1);

const commandKey = (): string => (isMac() ? '⌘' : 'Ctrl');

function focusList(): void {
  document.querySelector<HTMLElement>('.conversation[tabindex="0"]')?.focus();
}

function focusTranscript(): void {
  document.querySelector<HTMLElement>('.message[tabindex="0"]')?.focus();
}

function step(by: 1 | -1): void {
  const list = conversations.use.getState().data ?? [];
  const { pane } = useView.getState();
  const now = pane.kind === 'conversation' ? list.findIndex((one) => one.id === pane.id) : -1;
  const next = list[now < 0 ? 0 : Math.min(list.length - 1, Math.max(0, now + by))];
  if (next !== undefined) view.openConversation(next.id);
}

export function shortcuts(): Shortcut[] {
  const key = commandKey();
  const alt = isMac() ? '⌥' : 'Alt';
  return [
    {
      // Not Ctrl+N alone: a browser keeps it to itself.
      label: 'help.newMessage',
      keys: [alt, 'N'],
      matches: (event) =>
        (isAlt(event) && event.code === 'KeyN') || (isCommand(event) && event.key.toLowerCase() === 'n'),
      run: () => view.show({ kind: 'new' }),
    },
    {
      label: 'help.search',
      keys: [key, 'F'],
      matches: (event) => isCommand(event) && event.key.toLowerCase() === 'f',
      run: () => document.getElementById('search')?.focus(),
    },
    {
      label: 'help.settings',
      keys: [key, ','],
      matches: (event) => isCommand(event) && event.key === ',',
      run: () => view.openSettings(),
    },
    {
      label: 'help.conversations',
      keys: [alt, '1'],
      matches: (event) => isAlt(event) && event.code === 'Digit1',
      run: focusList,
    },
    {
      label: 'help.transcript',
      keys: [alt, '2'],
      matches: (event) => isAlt(event) && event.code === 'Digit2',
      run: focusTranscript,
    },
    {
      label: 'help.messageField',
      keys: [alt, '3'],
      matches: (event) => isAlt(event) && event.code === 'Digit3',
      run: () => document.getElementById('composer')?.focus(),
    },
    {
      label: 'help.nextConversation',
      keys: [alt, '↓'],
      matches: (event) => isAlt(event) && event.key === 'ArrowDown',
      run: () => step(1),
    },
    {
      label: 'help.previousConversation',
      keys: [alt, '↑'],
      matches: (event) => isAlt(event) && event.key === 'ArrowUp',
      run: () => step(-1),
    },
    {
      label: 'help.undo',
      keys: [key, 'Z'],
      matches: (event) =>
        isCommand(event) &&
        !event.shiftKey &&
        event.key.toLowerCase() === 'z' &&
        !takesText(event.target) &&
        undoButton() !== undefined,
      run: () => undoButton()?.click(),
    },
    {
      label: 'help.open',
      keys: [key, '/'],
      matches: (event) => isCommand(event) && event.key === '/',
      run: () => useView.setState({ help: true }),
    },
  ];
}

export function useShortcuts(): void {
  useEffect(() => {
    const list = shortcuts();
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      // A dialog has the window to itself.
      if (document.querySelector('[role="dialog"], [role="alertdialog"]') !== null) return;
      const found = list.find((one) => one.matches(event));
      if (found !== undefined) {
        event.preventDefault();
        found.run();
      } else if (event.key === 'Escape') document.getElementById('composer')?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
