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
  damaged: 'De database op dit apparaat is beschadigd. Er is niets veranderd.',
  detail: 'Bijzonderheden',
  tryAgain: 'Probeer opnieuw',
  messagesHere:
    'De berichten die op dit apparaat stonden, zijn er nog, versleuteld. Log opnieuw in om ze te zien; het komt er dan als nieuw apparaat bij.',
  signInAgain: 'Log opnieuw in',
  startFresh: 'Begin opnieuw…',
  freshTitle: 'Met een leeg apparaat beginnen?',
  freshHelp:
    'De berichten op dit apparaat worden opzijgezet in een hernoemd bestand, niet verwijderd. Daarna kun je inloggen of een account maken.',
  freshButton: 'Begin opnieuw',
};
