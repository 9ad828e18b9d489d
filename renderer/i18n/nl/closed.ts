export const closed = {
  removedTitle: 'Dit apparaat is verwijderd',
  removed: 'Het is op een ander apparaat uit {{handle}} verwijderd. Hier komt niets nieuws meer binnen.',
  stolen: 'Het is als kwijt of gestolen uit {{handle}} verwijderd. Hier komt niets nieuws meer binnen.',
  revokedTitle: 'Dit apparaat is uitgelogd',
  revoked:
    'De cloud heeft de sessie van dit apparaat voor {{handle}} beëindigd. Er komt hier niets nieuws meer binnen.',
  lockedTitle: 'Je berichten kunnen niet worden geopend',
  keyUnreadable:
    'De sleutelbos van deze computer geeft de sleutel niet. Ontgrendel de sleutelbos en probeer het opnieuw. Er is niets veranderd.',
  passphrase: 'De berichten op dit apparaat zijn beveiligd met een wachtzin. Er is niets veranderd.',
  fromTheFuture:
    'Ze zijn het laatst gebruikt door een nieuwere versie van Lockstep. Installeer de nieuwste versie om ze te openen. Er is niets veranderd.',
  damaged:
    'De database op dit apparaat is beschadigd en kan niet vanzelf worden hersteld. Er is niets veranderd.',
  diskFull:
    'De schijf van deze computer is vol. Maak ruimte vrij; Lockstep probeert het vanzelf opnieuw. Er is niets verloren gegaan.',
  noAccess:
    'Lockstep mag niet schrijven in de map waarin je berichten staan. Kijk of die alleen-lezen is en van wie die is. Er is niets veranderd.',
  busy: 'Een ander programma houdt het bestand met je berichten bezet. Sluit het af; Lockstep probeert het vanzelf opnieuw. Er is niets veranderd.',
  detail: 'Bijzonderheden',
  tryAgain: 'Probeer opnieuw',
  messagesHere:
    'De berichten die op dit apparaat stonden, zijn er nog, versleuteld. Niemand leest ze intussen.',
  question: 'Wat moet ermee gebeuren?',
  keep: 'Houd de berichten op dit apparaat',
  keepCount_one: 'Er is {{count, number}} bericht.',
  keepCount_other: 'Er zijn {{count, number}} berichten.',
  keepHelp:
    'Laat ze hier staan en log nu of later opnieuw in om ze te zien. Dit apparaat komt er dan als nieuw bij.',
  wipe: 'Verwijder ze van dit apparaat',
  wipeHelp:
    'Voor een apparaat dat je weggeeft of niet meer gebruikt. Voordat er iets verdwijnt, staat er wat er verloren gaat.',
  wipeOpen: 'Verwijder van dit apparaat…',
  wipeTitle: 'De berichten van dit apparaat verwijderen?',
  wipeCount_one: '{{count, number}} bericht van {{handle}} wordt van dit apparaat verwijderd.',
  wipeCount_other: '{{count, number}} berichten van {{handle}} worden van dit apparaat verwijderd.',
  wipeLost_one:
    'Daarvan staat er {{count, number}} voor zover dit apparaat weet niet in iCloud; dat gaat voorgoed verloren.',
  wipeLost_other:
    'Daarvan staan er {{count, number}} voor zover dit apparaat weet niet in iCloud; die gaan voorgoed verloren.',
  wipeLostChanges_one: '{{count, number}} wijziging van een bericht is niet in iCloud en gaat verloren.',
  wipeLostChanges_other: '{{count, number}} wijzigingen van berichten zijn niet in iCloud en gaan verloren.',
  wipeInCloud: 'Voor zover dit apparaat weet, zijn ze allemaal in iCloud aangekomen.',
  wipeNoUndo: 'Dit kan niet ongedaan worden gemaakt. Aan je andere apparaten en aan iCloud verandert niets.',
  wipeButton: 'Verwijder van dit apparaat',
  wipeButtonCount_one: 'Verwijder {{count, number}} bericht',
  wipeButtonCount_other: 'Verwijder {{count, number}} berichten',
  wipeButtonLose_one: 'Verwijder en verlies {{count, number}} bericht',
  wipeButtonLose_other: 'Verwijder en verlies {{count, number}} berichten',
  wipeButtonLoseChanges_one: 'Verwijder en verlies {{count, number}} wijziging',
  wipeButtonLoseChanges_other: 'Verwijder en verlies {{count, number}} wijzigingen',
  signInAgain: 'Log opnieuw in',
  startFresh: 'Begin opnieuw…',
  freshTitle: 'Met een leeg apparaat beginnen?',
  freshHelp:
    'De berichten op dit apparaat worden opzijgezet in een hernoemd bestand, niet verwijderd. Daarna kun je inloggen of een account maken.',
  freshButton: 'Begin opnieuw',
};
