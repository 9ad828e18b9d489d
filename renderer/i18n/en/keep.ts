export const keep = {
  legend: 'Keep Messages',
  forever: 'Forever',
  year: '1 Year',
  month: '30 Days',
  days_one: '{{count, number}} day',
  days_other: '{{count, number}} days',
  scopeAccount:
    'This counts on all your devices where Messages in iCloud is on. Older messages are deleted for good.',
  scopeDevice:
    'This counts on this device only, while Messages in iCloud is off here. Older messages are deleted for good.',
  pending: '{{choice}} takes effect on {{when}}. Until then: {{before}}.',
  undo: 'Undo',
  title30: 'Keep messages for only 30 days?',
  title365: 'Keep messages for only 1 year?',
  warn_one: '{{count, number}} message from before {{date}} will be deleted {{from}} on {{when}}.',
  warn_other: '{{count, number}} messages from before {{date}} will be deleted {{from}} on {{when}}.',
  warnNone: 'No message here is from before {{date}}, so nothing will be deleted on {{when}}.',
  fromAll_one: 'from {{count, number}} of your devices where Messages in iCloud is on ({{names}})',
  fromAll_other: 'from all {{count, number}} of your devices where Messages in iCloud is on ({{names}})',
  fromHereAndCloud: 'from this device and from iCloud',
  fromHere: 'from this device only',
  more: 'Not everything from iCloud is on this device yet, so there may be more.',
  staysBoth_one: 'What {{names}} and iCloud have stays there.',
  staysBoth_other: 'What {{names}} and iCloud have stays there.',
  staysOn_one: 'What {{names}} has stays there.',
  staysOn_other: 'What {{names}} have stays there.',
  staysCloud: 'What is in iCloud stays there.',
  onlyHere: 'What is only on this device will be gone.',
  thenOn30: 'From then on, each message is deleted when it is 30 days old.',
  thenOn365: 'From then on, each message is deleted when it is a year old.',
  notRecently:
    'They do not go through Recently Deleted and cannot be brought back. Until {{when}} you can still change this.',
  confirm: 'Delete Older Messages',
  onExpiring_one:
    '{{count, number}} message on this device is older than your account keeps messages. It will be deleted for good, here and everywhere.',
  onExpiring_other:
    '{{count, number}} messages on this device are older than your account keeps messages. They will be deleted for good, here and everywhere.',
};
