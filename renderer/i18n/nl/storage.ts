export const storage = {
  open: 'Beheer opslag…',
  title: 'Beheer opslag',
  used: 'Gebruikte opslag',
  of: '{{used}} van {{quota}}',
  almostFull: 'Bijna vol.',
  full: 'Vol: nieuwe berichten worden niet geüpload.',
  asOf: 'Stand van {{when}}.',
  inCloud: 'Bewaard in iCloud',
  here: 'Op dit apparaat',
  messages_one: '{{count, number}} bericht',
  messages_other: '{{count, number}} berichten',
  room: 'Maak ruimte',
  roomHelp:
    'Verwijder gesprekken die je niet meer nodig hebt en maak daarna Recent verwijderd leeg: tot dan nemen verwijderde berichten nog 30 dagen ruimte in. Voor meer ruimte kun je terecht bij de beheerder van de cloud.',
  disable: {
    heading: 'Schakel uit en verwijder',
    help: 'Zet Berichten in iCloud uit op al je apparaten en verwijdert de kopie in iCloud na 30 dagen. Je apparaten houden hun berichten.',
    open: 'Schakel uit en verwijder…',
    title: 'Berichten in iCloud uitschakelen en de kopie in iCloud verwijderen?',
    off_one: 'Berichten in iCloud wordt uitgezet op {{names}}, je enige apparaat waarop het aanstaat.',
    off_other:
      'Berichten in iCloud wordt uitgezet op alle {{count, number}} apparaten waarop het aanstaat: {{names}}.',
    offAlready: 'Berichten in iCloud staat al uit op al je apparaten.',
    unknown_one:
      'Van {{names}} is nog niet bekend of het daar aanstaat; zo ja, dan wordt het daar ook uitgezet.',
    unknown_other:
      'Van {{names}} is nog niet bekend of het daar aanstaat; waar het aanstaat, wordt het ook uitgezet.',
    keeps: 'Elk apparaat downloadt eerst wat alleen in iCloud staat, en houdt zijn berichten.',
    here: 'Hier:',
    copy: 'Na 30 dagen wordt de kopie van je berichten in iCloud voorgoed verwijderd.',
    copyCount_one:
      'Na 30 dagen wordt de kopie in iCloud, met {{count, number}} bericht, voorgoed verwijderd.',
    copyCount_other:
      'Na 30 dagen wordt de kopie in iCloud, met {{count, number}} berichten, voorgoed verwijderd.',
    undo: 'Tot dan haalt ‘Maak ongedaan’ op elk van je apparaten alles terug.',
    button: 'Schakel uit en verwijder',
  },
};
