export const search = {
  results: 'Resultaten',
  conversations: 'Gesprekken',
  messages: 'Berichten',
  searching: 'Er wordt gezocht…',
  nothing: 'Niets gevonden voor “{{text}}”.',
  nothingHelp: 'Er wordt gezocht in namen en in de berichten die op dit apparaat staan.',
  incomplete: 'Oudere berichten worden nog geïndexeerd: er kunnen resultaten ontbreken.',
  found_one: '{{count, number}} resultaat',
  found_other: '{{count, number}} resultaten',
};
