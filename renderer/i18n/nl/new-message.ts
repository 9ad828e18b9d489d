export const newMessage = {
  title: 'Nieuw bericht',
  to: 'Aan',
  toHelp:
    'Typ het adres of nummer van wie je wilt schrijven en druk op Enter. Met meer mensen wordt het een groep.',
  chosen: 'Gekozen mensen',
  groupName: 'Groepsnaam',
  remove: 'Verwijder {{handle}}',
  unknown: 'Niemand op deze cloud heet {{handle}}. Kijk of het goed geschreven is.',
  notAHandle: '“{{handle}}” is geen adres of nummer. Het ziet eruit als anna@example.org of +31201234567.',
  self: 'Dat ben je zelf. Schrijf iemand anders.',
  needSomebody: 'Zeg eerst aan wie.',
  blocked: 'Je hebt {{name}} geblokkeerd. Deblokkeer die in Instellingen om te schrijven.',
  notSent: 'Je nieuwe bericht is niet verstuurd. {{why}} Het staat nog in Nieuw bericht.',
  suggestions: 'Mensen die je kent',
};
