export const app = {
  unreadTitle: '({{count, number}}) Lockstep',
  starting: 'Je berichten worden geopend…',
  notAnswering: 'Lockstep antwoordt niet',
  notAnsweringHelp:
    'Het deel van Lockstep dat op deze computer draait, is gestopt of opnieuw gestart. Start Lockstep opnieuw en gebruik het venster dat dan opengaat.',
  reconnecting:
    'Lockstep is op deze computer gestopt. Wat je ziet kan oud zijn. Start het opnieuw en gebruik het venster dat dan opent.',
  emptyTitle: 'Welkom, {{name}}',
  emptyHelp: 'Schrijf iemand op dezelfde cloud: je hebt alleen diens adres of nummer nodig.',
  pickTitle: 'Geen gesprek gekozen',
  pickHelp: 'Kies er links een, of begin een nieuw gesprek.',
  writeFirst: 'Schrijf het eerste bericht',
  skipToMessage: 'Ga naar het berichtveld',
};
