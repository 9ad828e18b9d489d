export const composer = {
  message: 'Bericht',
  placeholder: 'Bericht aan {{title}}',
  send: 'Verstuur',
  replying: 'Antwoord aan {{name}}',
  cancelReply: 'Antwoord niet op dit bericht',
  editing: 'Een bericht wijzigen',
  cancelEdit: 'Stop met wijzigen',
  saveEdit: 'Bewaar wijziging',
  offline: 'Geen verbinding. Wat je verstuurt, gaat weg zodra de cloud er weer is.',
  cloudTakesNothing: 'De cloud neemt nu niets aan. Wat je verstuurt, gaat weg zodra dat weer kan.',
  tooLong_one: 'Dat is {{count, number}} teken te lang. Verstuur het in delen.',
  tooLong_other: 'Dat is {{count, number}} tekens te lang. Verstuur het in delen.',
};
