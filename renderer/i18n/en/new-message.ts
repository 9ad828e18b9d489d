export const newMessage = {
  title: 'New Message',
  to: 'To',
  toHelp: 'Type the handle of the person you want to write to and press Enter. Several make a group.',
  chosen: 'Chosen people',
  groupName: 'Group name',
  remove: 'Remove {{handle}}',
  unknown: 'Nobody on this cloud is called {{handle}}. Check how it is written.',
  notAHandle: '“{{handle}}” is not a handle. A handle looks like anna@example.org or +31201234567.',
  self: 'That is you. Write to somebody else.',
  needSomebody: 'Say to whom first.',
  notSent: 'Your new message was not sent. {{why}} It is still in New Message.',
  suggestions: 'People you know',
};
