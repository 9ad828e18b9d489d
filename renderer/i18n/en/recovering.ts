export const recovering = {
  title: 'Your messages are being recovered',
  help: 'The database on this device was damaged. It is set aside, not deleted, and everything that can be read is brought into a new one. What came back and what did not is said afterwards.',
  lookingTitle: 'Looking your messages over',
  looking:
    'Something spoke against the database on this device. It is read from beginning to end, to be sure. With a long history that takes a while.',
  progress: 'How far it is',
  lookingNow: 'Reading the database…',
  savingNow: 'Setting the damaged database aside…',
  reading_one: '{{count, number}} entry read so far',
  reading_other: '{{count, number}} entries read so far',
};
