export const recovering = {
  title: 'Je berichten worden hersteld',
  help: 'De database op dit apparaat was beschadigd. Die wordt opzijgezet, niet verwijderd, en alles wat nog leesbaar is komt in een nieuwe. Daarna staat er wat er terug is en wat niet.',
  lookingTitle: 'Je berichten worden nagekeken',
  looking:
    'Er leek iets mis met de database op dit apparaat. Die wordt voor de zekerheid van begin tot eind gelezen. Bij een lange geschiedenis duurt dat even.',
  progress: 'Hoe ver het is',
  lookingNow: 'De database wordt gelezen…',
  savingNow: 'De beschadigde database wordt opzijgezet…',
  reading_one: '{{count, number}} onderdeel gelezen tot nu toe',
  reading_other: '{{count, number}} onderdelen gelezen tot nu toe',
};
