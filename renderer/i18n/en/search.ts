export const search = {
  results: 'Results',
  conversations: 'Conversations',
  messages: 'Messages',
  searching: 'Searching…',
  nothing: 'Nothing found for “{{text}}”.',
  nothingHelp: 'Search finds names and words in messages that are on this device.',
  incomplete: 'Still indexing older messages: results may be missing.',
  found_one: '{{count, number}} result',
  found_other: '{{count, number}} results',
};
