export const closed = {
  removedTitle: 'This device was removed',
  removed: 'It was removed from {{handle}} on another device. Nothing new arrives here.',
  stolen: 'It was removed from {{handle}} as lost or stolen. Nothing new arrives here.',
  revokedTitle: 'This device was signed out',
  revoked: 'The cloud ended this device’s session for {{handle}}. Nothing new arrives here.',
  lockedTitle: 'Your messages cannot be opened',
  keyUnreadable:
    'This computer’s keychain does not give out the key. Unlock the keychain and try again. Nothing was changed.',
  passphrase: 'The messages on this device are protected with a passphrase. Nothing was changed.',
  fromTheFuture:
    'They were last used by a newer version of Lockstep. Install the newest version to open them. Nothing was changed.',
  damaged: 'The database on this device is damaged, and cannot be recovered by itself. Nothing was changed.',
  diskFull: 'This computer’s disk is full. Make room; Lockstep tries again by itself. Nothing was lost.',
  noAccess:
    'Lockstep may not write in the folder where your messages are. Check whether it is read-only, and who owns it. Nothing was changed.',
  busy: 'Another program holds the file with your messages. End it; Lockstep tries again by itself. Nothing was changed.',
  detail: 'Details',
  tryAgain: 'Try Again',
  messagesHere:
    'The messages that were on this device are still here, encrypted. Nobody reads them meanwhile.',
  question: 'What should become of them?',
  keep: 'Keep the messages on this device',
  keepCount_one: 'There is {{count, number}} message.',
  keepCount_other: 'There are {{count, number}} messages.',
  keepHelp:
    'Leave them here, and sign in again now or later to see them. That adds this device as a new one.',
  wipe: 'Delete them from this device',
  wipeHelp:
    'For a device that you give away or do not use any more. Before anything goes, it is said what is lost.',
  wipeOpen: 'Delete from This Device…',
  wipeTitle: 'Delete the messages from this device?',
  wipeCount_one: '{{count, number}} message of {{handle}} is deleted from this device.',
  wipeCount_other: '{{count, number}} messages of {{handle}} are deleted from this device.',
  wipeLost_one:
    '{{count, number}} of them is not in iCloud, as far as this device knows, and is lost for good.',
  wipeLost_other:
    '{{count, number}} of them are not in iCloud, as far as this device knows, and are lost for good.',
  wipeLostChanges_one: '{{count, number}} change to a message has not reached iCloud and is lost.',
  wipeLostChanges_other: '{{count, number}} changes to messages have not reached iCloud and are lost.',
  wipeInCloud: 'As far as this device knows, iCloud has had all of them.',
  wipeNoUndo: 'This cannot be undone. Your other devices and iCloud are not touched.',
  wipeButton: 'Delete from This Device',
  wipeButtonCount_one: 'Delete {{count, number}} Message',
  wipeButtonCount_other: 'Delete {{count, number}} Messages',
  wipeButtonLose_one: 'Delete and Lose {{count, number}} Message',
  wipeButtonLose_other: 'Delete and Lose {{count, number}} Messages',
  wipeButtonLoseChanges_one: 'Delete and Lose {{count, number}} Change',
  wipeButtonLoseChanges_other: 'Delete and Lose {{count, number}} Changes',
  signInAgain: 'Sign In Again',
  startFresh: 'Start Fresh…',
  freshTitle: 'Start with an empty device?',
  freshHelp:
    'The messages on this device are put aside in a renamed file, not deleted. After that you can sign in or create an account.',
  freshButton: 'Start Fresh',
};
