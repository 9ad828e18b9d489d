export const trust = {
  changed: 'De identiteit van {{name}} is veranderd.',
  otherAccount: 'Een ander account luistert nu naar {{handle}}.',
  held: 'Of zij zijn opnieuw begonnen, of een cloud die liegt zet iemand anders in hun plaats. Tot je beslist, wordt niets verstuurd van wat je hier schrijft, en is niets van hen te zien.',
  heldInGroup:
    'Of zij zijn opnieuw begonnen, of een cloud die liegt zet iemand anders in hun plaats. Tot je beslist, wordt niets verstuurd van wat je aan deze groep schrijft, en is niets van {{name}} te zien.',
  waiting_one: 'Er wacht {{count, number}} ongeopende envelop van hen.',
  waiting_other: 'Er wachten {{count, number}} ongeopende enveloppen van hen.',
  decide: 'Beslis…',
  acceptTitle: 'De nieuwe identiteit van {{name}} aannemen?',
  acceptHelp:
    '{{handle}} toont andere sleutels dan eerst. Dat gebeurt als iemand al zijn apparaten en zijn herstelsleutel kwijt is. Het gebeurt ook als een cloud wil lezen wat je schrijft.',
  acceptAsk: 'Vraag {{name}} in levenden lijve of aan de telefoon of zij opnieuw begonnen zijn.',
  acceptThen:
    'Neem je haar aan, dan gaat wat je intussen schreef naar de nieuwe identiteit, en is wat wacht te zien als de handtekening klopt.',
  accept: 'Neem nieuwe identiteit aan',
  accepted: 'De nieuwe identiteit van {{name}} is aangenomen.',
};
