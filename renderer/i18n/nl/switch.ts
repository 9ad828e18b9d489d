export const switchTexts = {
  name: 'Berichten in iCloud',
  help: 'Bewaart elk bericht end-to-end versleuteld in je cloud. Al je apparaten waarop dit aanstaat, tonen dezelfde geschiedenis, en wat je op één ervan verwijdert, verdwijnt van allemaal.',
  helpOff:
    'Dit apparaat houdt wat het heeft. Nieuwe berichten komen nog binnen; verwijderingen reizen niet meer mee.',
  counting: 'Berichten worden geteld…',
  slow: 'Het tellen duurt langer dan anders.',
  about: 'Ongeveer {{size}}.',
  note: {
    purged: 'Dit is uitgezet omdat de berichten in iCloud verwijderd zijn. Alles op dit apparaat is er nog.',
    purging:
      'Dit is uitgezet omdat er gekozen is voor ‘Schakel uit en verwijder’. Alles op dit apparaat is er nog.',
    removed: 'Dit is uitgezet omdat dit apparaat uit het account verwijderd is.',
    diskTooSmall:
      'Dit blijft aan: wat alleen in iCloud staat, past niet op de schijf van deze computer. Maak daar ruimte en zet het dan opnieuw uit.',
    allDevices:
      'Dit is op {{name}} uitgezet voor alle apparaten. Alles op dit apparaat blijft hier; je kunt het altijd weer aanzetten.',
    allDevicesHere:
      'Je hebt dit hier uitgezet voor alle apparaten. Elk apparaat doet dat zodra het weer verbinding heeft.',
    allDevicesSomewhere:
      'Dit is op een ander apparaat uitgezet voor alle apparaten. Alles op dit apparaat blijft hier; je kunt het altijd weer aanzetten.',
  },
  purge: {
    title:
      'De berichten in iCloud worden voorgoed verwijderd op {{at, datetime(dateStyle: long; timeStyle: short)}}.',
    left_one: 'Nog {{count, number}} dag.',
    left_other: 'Nog {{count, number}} dagen.',
    now: 'Dat is ongeveer nu.',
    by: 'Op {{name}} is gekozen voor ‘Schakel uit en verwijder’.',
    byHere: 'Je hebt op dit apparaat gekozen voor ‘Schakel uit en verwijder’.',
    bySomewhere: 'Op een van je apparaten is gekozen voor ‘Schakel uit en verwijder’.',
    help: 'Tot dan haalt ‘Maak ongedaan’ alles terug, op elk apparaat waarop het is uitgezet. Wat op dit apparaat staat, blijft hier hoe dan ook.',
    undo: 'Maak ongedaan',
    undone: 'Ongedaan gemaakt. Je apparaten gaan verder zoals eerst.',
  },
  on: {
    title: 'Berichten in iCloud inschakelen?',
    keep_one: '{{count, number}} bericht op dit apparaat wordt in iCloud bewaard.',
    keep_other: '{{count, number}} berichten op dit apparaat worden in iCloud bewaard.',
    keepAnd_one: '{{count, number}} bericht op dit apparaat wordt in iCloud bewaard, en',
    keepAnd_other: '{{count, number}} berichten op dit apparaat worden in iCloud bewaard, en',
    andAppear_one: '{{count, number}} uit iCloud verschijnt hier.',
    andAppear_other: '{{count, number}} uit iCloud verschijnen hier.',
    appear_one: '{{count, number}} bericht uit iCloud verschijnt hier.',
    appear_other: '{{count, number}} berichten uit iCloud verschijnen hier.',
    nothing: 'Dit apparaat en iCloud bevatten al hetzelfde.',
    deletedHere_one: 'Je verwijderde hier {{count, number}} bericht toen het uitstond.',
    deletedHere_other: 'Je verwijderde hier {{count, number}} berichten toen het uitstond.',
    bringBack: 'Haal terug op dit apparaat',
    deleteEverywhere: 'Verwijder op alle apparaten en uit iCloud',
    deletedElsewhere_one:
      '{{count, number}} bericht dat op een ander apparaat voorgoed verwijderd is, verdwijnt ook van dit apparaat.',
    deletedElsewhere_other:
      '{{count, number}} berichten die op een ander apparaat voorgoed verwijderd zijn, verdwijnen ook van dit apparaat.',
    deletedWithConversation_one:
      '{{count, number}} bericht dat alleen dit apparaat heeft, gaat naar Recent verwijderd: het gesprek is op een ander apparaat verwijderd.',
    deletedWithConversation_other:
      '{{count, number}} berichten die alleen dit apparaat heeft, gaan naar Recent verwijderd: hun gesprek is op een ander apparaat verwijderd.',
    unknown: 'Hoeveel dat wordt, is nu niet te zeggen.',
    unknownHelp:
      'Je kunt het toch inschakelen; het begint zodra de cloud antwoordt. Wat je hier verwijderde terwijl het uitstond, komt terug, en wat op een ander apparaat voorgoed verwijderd is, verdwijnt ook hier.',
    help: 'Je kunt intussen gewoon schrijven, en annuleren voordat het klaar is.',
    button: 'Schakel in',
  },
  off: {
    title: 'Berichten in iCloud uitschakelen?',
    download_one:
      '{{count, number}} bericht staat alleen in iCloud. Het wordt eerst gedownload, dus hier gaat niets verloren.',
    download_other:
      '{{count, number}} berichten staan alleen in iCloud. Ze worden eerst gedownload, dus hier gaat niets verloren.',
    attachments_one: '{{count, number}} bijlage staat alleen in iCloud. Die wordt eerst gedownload.',
    attachments_other: '{{count, number}} bijlagen staan alleen in iCloud. Die worden eerst gedownload.',
    nothing: 'Alle berichten in iCloud staan ook op dit apparaat, dus hier gaat niets verloren.',
    unknown:
      'Wat alleen in iCloud staat, wordt eerst gedownload, dus hier gaat niets verloren. Hoeveel dat is, is nu niet te zeggen.',
    tooSmall:
      'Wat alleen in iCloud staat, past hier niet met wat ruimte over: het is ongeveer {{needed}}, en op de schijf van deze computer is nog {{free}} vrij.',
    tooSmallUnknown:
      'Wat alleen in iCloud staat, past niet op de schijf van deze computer: het is ongeveer {{needed}}.',
    tooSmallHelp:
      'Het wordt gedownload voordat er iets wordt uitgezet, zodat er niets verloren gaat. Maak eerst ruimte op de schijf; tot dan blijft het aan.',
    help: 'Daarna blijft wat je hier verwijdert beperkt tot dit apparaat, en wat je elders verwijdert tot daar. Nieuwe berichten komen nog binnen.',
    everywhereHelp_one: 'Voor alle apparaten: {{names}} doet hetzelfde bij de volgende verbinding.',
    everywhereHelp_other: 'Voor alle apparaten: {{names}} doen hetzelfde bij de volgende verbinding.',
    button: 'Schakel uit op dit apparaat',
    buttonEverywhere: 'Schakel uit op alle apparaten',
  },
};
