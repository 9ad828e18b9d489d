export const deletes = {
  title_one: 'Dit bericht verwijderen?',
  title_other: '{{count, number}} berichten verwijderen?',
  titleConversation_one: 'Dit gesprek met {{count, number}} bericht verwijderen?',
  titleConversation_other: 'Dit gesprek met {{count, number}} berichten verwijderen?',
  titleForGood_one: 'Dit bericht voorgoed verwijderen?',
  titleForGood_other: '{{count, number}} berichten voorgoed verwijderen?',
  reachAll_one:
    'Dit verdwijnt van {{count, number}} apparaat waarop Berichten in iCloud aanstaat: {{names}}.',
  reachAll_other:
    'Dit verdwijnt van al je {{count, number}} apparaten waarop Berichten in iCloud aanstaat: {{names}}.',
  reachAllOnly: 'Dit verdwijnt van dit apparaat en uit iCloud.',
  reachForGood_one:
    'Dit verdwijnt voorgoed van {{count, number}} apparaat waarop Berichten in iCloud aanstaat: {{names}}.',
  reachForGood_other:
    'Dit verdwijnt voorgoed uit iCloud en van al je {{count, number}} apparaten waarop Berichten in iCloud aanstaat: {{names}}.',
  reachForGoodOnly: 'Dit verdwijnt voorgoed van dit apparaat en uit iCloud.',
  reachHere_one: 'Dit verdwijnt alleen van dit apparaat; op {{names}} en in iCloud blijft het bewaard.',
  reachHere_other: 'Dit verdwijnt alleen van dit apparaat; op {{names}} en in iCloud blijft het bewaard.',
  reachHereOnly: 'Dit verdwijnt alleen van dit apparaat.',
  reachHereForGood_one:
    'Dit verdwijnt voorgoed, alleen van dit apparaat; op {{names}} en in iCloud blijft het bewaard.',
  reachHereForGood_other:
    'Dit verdwijnt voorgoed, alleen van dit apparaat; op {{names}} en in iCloud blijft het bewaard.',
  reachHereForGoodOnly: 'Dit verdwijnt voorgoed van dit apparaat.',
  reachHereNames_one: 'Dit verdwijnt alleen van dit apparaat; op {{names}} blijft het bewaard.',
  reachHereNames_other: 'Dit verdwijnt alleen van dit apparaat; op {{names}} blijft het bewaard.',
  reachHereCloud: 'Dit verdwijnt alleen van dit apparaat; in iCloud blijft het bewaard.',
  reachHereForGoodNames_one:
    'Dit verdwijnt voorgoed, alleen van dit apparaat; op {{names}} blijft het bewaard.',
  reachHereForGoodNames_other:
    'Dit verdwijnt voorgoed, alleen van dit apparaat; op {{names}} blijft het bewaard.',
  reachHereForGoodCloud: 'Dit verdwijnt voorgoed, alleen van dit apparaat; in iCloud blijft het bewaard.',
  unknownOn_one: 'Van {{names}} is nog niet bekend of Berichten in iCloud daar aanstaat.',
  unknownOn_other: 'Van {{names}} is nog niet bekend of Berichten in iCloud daar aanstaat.',
  keptOn_one: 'Op {{names}}, waar Berichten in iCloud uitstaat, blijft het bewaard.',
  keptOn_other: 'Op {{names}}, waar Berichten in iCloud uitstaat, blijft het bewaard.',
  othersKeep: 'De mensen met wie je schreef, houden het hunne.',
  thirtyDays: 'Je kunt het 30 dagen lang terughalen uit Recent verwijderd.',
  noUndo: 'Dit kan niet ongedaan worden gemaakt.',
  delete: 'Verwijder',
  deleteNow: 'Verwijder nu',
  deleted_one: 'Verwijderd. Het staat nog 30 dagen in Recent verwijderd.',
  deleted_other: '{{count, number}} berichten verwijderd. Ze staan nog 30 dagen in Recent verwijderd.',
  gone_one: 'Voorgoed verwijderd.',
  gone_other: '{{count, number}} berichten voorgoed verwijderd.',
};
