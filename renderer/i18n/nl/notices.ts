export const notices = {
  label: 'Meldingen',
  somebody: 'iemand',
  identityChanged:
    'De sleutels van {{handle}} zijn veranderd. Dat gebeurt na een herstel, maar ook als iemand zich voor een ander uitgeeft. Vraag het in levenden lijve na.',
  identityRenewed:
    '{{handle}} heeft nieuwe sleutels, zoals na het verlies van een apparaat. De nieuwe zijn met de oude ondertekend.',
  rootRenewed:
    'Een apparaat is verwijderd als kwijt of gestolen, en je herstelsleutel is vernieuwd. De oude woorden openen niets meer; de nieuwe stonden op het apparaat dat het deed.',
  personForged:
    'De cloud bood sleutels van {{handle}} aan die zij niet gemaakt hebben. Ze zijn geweigerd; de bekende blijven.',
  personRolledBack:
    'De cloud toonde een oudere lijst van de apparaten van {{handle}} dan eerst. Die is geweigerd.',
  changeNotSent: 'Een wijziging kon niet worden verstuurd. De anderen hebben haar niet.',
  changeNotSent_edit: 'Een bewerking kon niet worden verstuurd. De anderen zien nog de oude tekst.',
  changeNotSent_unsend: 'Een bericht kon niet worden teruggenomen. De anderen zien het nog.',
  changeNotSent_reaction: 'Een reactie kon niet worden verstuurd. De anderen zien haar niet.',
  changeNotSent_rename:
    'De nieuwe naam van een groep kon niet worden verstuurd. De anderen zien nog de oude.',
  changeNotSent_some_edit: 'Een bewerking heeft {{handle}} niet bereikt, die nog de oude tekst ziet.',
  changeNotSent_some_unsend:
    'Een bericht kon bij {{handle}} niet worden teruggenomen en is daar nog te zien.',
  changeNotSent_some_reaction: 'Een reactie heeft {{handle}} niet bereikt.',
  changeNotSent_some_rename: 'De nieuwe naam van een groep heeft {{handle}} niet bereikt.',
  ownMailboxFull:
    'Je eigen postvak is vol, omdat een van je apparaten zijn berichten al lang niet heeft opgehaald. Wat je stuurt, bereikt de mensen aan wie je schrijft, maar niet de apparaten waarop ‘Berichten in iCloud’ uit staat. Open Lockstep op dat apparaat, of verwijder het uit je account.',
  recordRefused_unprovenTombstone:
    'De cloud zei dat een bericht verwijderd was, zonder bewijs van een van je apparaten. Het is bewaard.',
  recordRefused_olderVersion:
    'De cloud leverde een oude versie van iets alsof die nieuw was. Ze is geweigerd.',
  envelopeRefused_damaged: 'Iets van {{handle}} kwam beschadigd aan. Het is geweigerd.',
  envelopeRefused_badSignature:
    'Een bericht op naam van {{handle}} was niet door hun apparaat ondertekend. Het is geweigerd.',
  envelopeRefused_unknownDevice:
    'Een bericht op naam van {{handle}} kwam van een apparaat dat niet, of niet meer, van hen is. Het is geweigerd.',
  envelopeRefused_unknownSender:
    'Er kwam een bericht van {{handle}}, van wie de sleutels niet te controleren waren. Het is geweigerd.',
  envelopeRefused_otherSender:
    'Er kwam een bericht op naam van {{handle}} dat iemand anders had ondertekend. Het is geweigerd.',
  envelopeRefused_notAddressed:
    'De cloud leverde een bericht van {{handle}} dat niet aan jou geschreven was. Het is geweigerd.',
  envelopeRefused_resealed: 'Een bericht van {{handle}} was onderweg opnieuw verzegeld. Het is geweigerd.',
  envelopeRefused_notAMember:
    'Er kwam een bericht van {{handle}} voor een groep waar het niet bij hoort. Het is geweigerd.',
  envelopeRefused_wrongMembers:
    'Een bericht van {{handle}} noemde andere mensen dan er in het gesprek zijn. Het is geweigerd.',
  envelopeRefused_notTheAuthor:
    '{{handle}} wilde een bericht veranderen dat iemand anders schreef. Dat is geweigerd.',
  envelopeRefused_otherConversation:
    '{{handle}} reageerde van buiten het gesprek op een bericht. Dat is geweigerd.',
  envelopeRefused_unknownKind:
    'Er kwam iets van {{handle}} dat deze versie van Lockstep niet kent. Misschien helpt een update.',
  envelopeRefused_noSuchEpoch:
    'Een bericht van {{handle}} was verzegeld met een sleutel die je account nooit had. Het is geweigerd.',
  keyringForged: 'De cloud bood sleutels aan die niet door je apparaten gemaakt zijn. Ze zijn geweigerd.',
  keyringRolledBack: 'De cloud toonde een oudere lijst van je apparaten dan eerst. Die is geweigerd.',
  recordRefused: 'De cloud leverde iets dat niet bij je berichten hoort. Het is geweigerd.',
  envelopeRefused: 'Er kwam een bericht binnen dat de afzender niet mocht sturen. Het is geweigerd.',
  zoneRolledBack: 'De cloud toonde een oudere stand van je berichten dan eerst. Alles hier is veilig.',
  zoneForked: 'De cloud vertelde je apparaten verschillende dingen. Alles hier is veilig.',
  recoverLost:
    'Een bericht kon niet worden teruggehaald: het was al voorgoed verwijderd op een ander apparaat.',
  onlyHereDeleted:
    'Berichten die niet te zien waren op het apparaat waar hun gesprek werd verwijderd, staan nu 30 dagen in Recent verwijderd.',
  coreConflict:
    'Twee verschillende berichten wilden dezelfde plek. Op al je apparaten is hetzelfde bericht bewaard.',
  deviceAdded:
    'Een nieuw apparaat heeft ingelogd op je account: {{name}}. Was jij dat niet, verwijder het dan.',
  deviceAddedUnnamed: 'Een nieuw apparaat heeft ingelogd op je account. Was jij dat niet, verwijder het dan.',
  showDevices: 'Apparaten…',
  databaseRecovered_on_one:
    'De database op dit apparaat was beschadigd. Er is {{count, number}} bericht uit gelezen; wat ontbreekt komt uit iCloud.',
  databaseRecovered_on_other:
    'De database op dit apparaat was beschadigd. Er zijn {{count, number}} berichten uit gelezen; wat ontbreekt komt uit iCloud.',
  databaseRecovered_all_one:
    'De database op dit apparaat was beschadigd. Er is {{count, number}} bericht uit gelezen; voor zover bekend ontbreekt er geen.',
  databaseRecovered_all_other:
    'De database op dit apparaat was beschadigd. Er zijn {{count, number}} berichten uit gelezen; voor zover bekend ontbreekt er geen.',
  databaseRecovered_part_one:
    'De database op dit apparaat was beschadigd. Er is {{count, number}} bericht uit gelezen; andere waren niet meer te lezen.',
  databaseRecovered_part_other:
    'De database op dit apparaat was beschadigd. Er zijn {{count, number}} berichten uit gelezen; andere waren niet meer te lezen.',
  databaseRecovered_alone_one:
    'De database op dit apparaat was beschadigd. Er is {{count, number}} bericht uit gelezen; wie er was ingelogd, was niet meer te lezen.',
  databaseRecovered_alone_other:
    'De database op dit apparaat was beschadigd. Er zijn {{count, number}} berichten uit gelezen; wie er was ingelogd, was niet meer te lezen.',
  databaseRecovered: 'De database op dit apparaat was beschadigd en is nu een nieuwe.',
  databaseLogLost:
    'De laatste wijzigingen van voordat Lockstep stopte konden niet worden gelezen. Wat in die laatste momenten is geschreven of binnengekomen, kan hier ontbreken.',
  showDamaged: 'Wat er terug is…',
  syncRestarted: 'Het synchroniseren haperde en is opnieuw gestart. Er is niets verloren gegaan.',
  zonePurged:
    'De berichten in iCloud zijn verwijderd. Alles op dit apparaat is er nog, en de schakelaar staat uit.',
  purgeForgotten:
    'De cloud is naar een eerdere stand teruggezet en weet niet meer van ‘Schakel uit en verwijder’: je berichten blijven daar bewaard. De schakelaar blijft hier uit. Moeten ze toch weg, kies dan opnieuw ‘Schakel uit en verwijder’.',
  keychainWeak:
    'Deze computer heeft geen beveiligde sleutelbos: de sleutel van je berichten is maar zo veilig als je bestanden.',
};
