export const common = {
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  back: 'Back',
  tryAgain: 'Try Again',
  optional: 'Optional',
  loading: 'Loading…',
  you: 'You',
  dismiss: 'Dismiss',
};
