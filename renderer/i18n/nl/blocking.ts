export const blocking = {
  block: 'Blokkeer…',
  blockNamed: 'Blokkeer {{name}}…',
  unblock: 'Deblokkeer',
  unblockNamed: 'Deblokkeer {{name}}',
  title: '{{name}} blokkeren?',
  help: 'Wat {{name}} ({{handle}}) vanaf nu schrijft, komt op geen van je apparaten aan, hier niet en in een groep niet, en is later niet op te halen. Dat geldt ook voor wat eerder geschreven is en een apparaat van je nog niet ontvangen heeft, en voor reacties en wijzigingen.',
  stays: 'Wat hier staat, blijft. {{name}} krijgt geen bericht, en ziet dat niets bij je bezorgd wordt.',
  confirm: 'Blokkeer',
  done: '{{name}} is geblokkeerd.',
  undone: '{{name}} is niet meer geblokkeerd. Wat intussen geschreven is, komt niet.',
  alone: 'Je hebt {{name}} geblokkeerd. Niets van wat zij schrijven komt aan.',
  inGroup: 'Je hebt {{name}} geblokkeerd. Niets van wat zij hier schrijven komt aan.',
  people: 'Geblokkeerde mensen',
  nobody:
    'Niemand is geblokkeerd. Open een gesprek met iemand en klik op de naam erboven om die te blokkeren.',
};
