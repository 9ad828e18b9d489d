export const common = {
  cancel: 'Annuleer',
  close: 'Sluit',
  save: 'Bewaar',
  back: 'Terug',
  tryAgain: 'Probeer opnieuw',
  optional: 'Niet verplicht',
  loading: 'Bezig met laden…',
  you: 'Jij',
  dismiss: 'Sluit deze melding',
};
