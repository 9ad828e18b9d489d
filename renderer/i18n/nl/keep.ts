export const keep = {
  legend: 'Bewaar berichten',
  forever: 'Altijd',
  year: '1 jaar',
  month: '30 dagen',
  days_one: '{{count, number}} dag',
  days_other: '{{count, number}} dagen',
  scopeAccount:
    'Dit geldt op al je apparaten waarop Berichten in iCloud aanstaat. Oudere berichten worden voorgoed verwijderd.',
  scopeDevice:
    'Dit geldt alleen op dit apparaat, zolang Berichten in iCloud hier uitstaat. Oudere berichten worden voorgoed verwijderd.',
  pending: '{{choice}} gaat in op {{when}}. Tot dan: {{before}}.',
  undo: 'Maak ongedaan',
  title30: 'Berichten nog maar 30 dagen bewaren?',
  title365: 'Berichten nog maar 1 jaar bewaren?',
  warn_one: 'Op {{when}} verdwijnt {{count, number}} bericht van vóór {{date}} {{from}}.',
  warn_other: 'Op {{when}} verdwijnen {{count, number}} berichten van vóór {{date}} {{from}}.',
  warnNone: 'Hier is geen bericht van vóór {{date}}, dus op {{when}} verdwijnt er niets.',
  fromAll_one: 'van {{count, number}} apparaat waarop Berichten in iCloud aanstaat ({{names}})',
  fromAll_other: 'van al je {{count, number}} apparaten waarop Berichten in iCloud aanstaat ({{names}})',
  fromHereAndCloud: 'van dit apparaat en uit iCloud',
  fromHere: 'alleen van dit apparaat',
  more: 'Nog niet alles uit iCloud staat op dit apparaat; het kunnen er meer zijn.',
  staysBoth_one: 'Wat {{names}} en iCloud hebben, blijft daar bewaard.',
  staysBoth_other: 'Wat {{names}} en iCloud hebben, blijft daar bewaard.',
  staysOn_one: 'Wat op {{names}} staat, blijft daar bewaard.',
  staysOn_other: 'Wat op {{names}} staat, blijft daar bewaard.',
  staysCloud: 'Wat in iCloud staat, blijft daar bewaard.',
  onlyHere: 'Wat alleen op dit apparaat staat, is dan weg.',
  thenOn30: 'Vanaf dan wordt elk bericht verwijderd zodra het 30 dagen oud is.',
  thenOn365: 'Vanaf dan wordt elk bericht verwijderd zodra het een jaar oud is.',
  notRecently:
    'Ze komen niet in Recent verwijderd en zijn niet terug te halen. Tot {{when}} kun je het nog veranderen.',
  confirm: 'Verwijder oudere berichten',
  onExpiring_one:
    '{{count, number}} bericht op dit apparaat is ouder dan de tijd dat je account berichten bewaart. Het wordt voorgoed verwijderd, hier en overal.',
  onExpiring_other:
    '{{count, number}} berichten op dit apparaat zijn ouder dan de tijd dat je account berichten bewaart. Ze worden voorgoed verwijderd, hier en overal.',
};
