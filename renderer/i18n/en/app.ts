export const app = {
  unreadTitle: '({{count, number}}) Lockstep',
  starting: 'Opening your messages…',
  notAnswering: 'Lockstep does not answer',
  notAnsweringHelp:
    'The part of Lockstep that runs on this computer has stopped or was restarted. Start Lockstep again and use the window it opens.',
  reconnecting:
    'Lockstep has stopped on this computer. What you see may be old. Start it again and use the window it opens.',
  emptyTitle: 'Welcome, {{name}}',
  emptyHelp: 'Write to somebody who is on the same cloud: all you need is their handle.',
  pickTitle: 'No conversation chosen',
  pickHelp: 'Choose one on the left, or start a new one.',
  writeFirst: 'Write the First Message',
  skipToMessage: 'Skip to the message field',
};
