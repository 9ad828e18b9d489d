export const trust = {
  changed: 'The identity of {{name}} has changed.',
  otherAccount: 'Another account now answers to {{handle}}.',
  held: 'Either they have begun anew, or a cloud that lies puts somebody else in their place. Until you decide, nothing you write here is sent and nothing from them is shown.',
  heldInGroup:
    'Either they have begun anew, or a cloud that lies puts somebody else in their place. Until you decide, nothing you write to this group is sent and nothing from {{name}} is shown.',
  waiting_one: '{{count, number}} envelope from them waits unopened.',
  waiting_other: '{{count, number}} envelopes from them wait unopened.',
  decide: 'Decide…',
  acceptTitle: 'Accept the new identity of {{name}}?',
  acceptHelp:
    '{{handle}} shows other keys than before. That happens when somebody loses all their devices and their recovery key. It also happens when a cloud wants to read what you write.',
  acceptAsk: 'Ask {{name}} in person or on the telephone whether they began anew.',
  acceptThen:
    'If you accept, what you wrote meanwhile is sent to the new identity, and what waits is shown if its signature holds.',
  accept: 'Accept New Identity',
  accepted: 'The new identity of {{name}} is accepted.',
};
