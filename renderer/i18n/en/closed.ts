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
  damaged: 'The database on this device is damaged. Nothing was changed.',
  detail: 'Details',
  tryAgain: 'Try Again',
  messagesHere:
    'The messages that were on this device are still here, encrypted. Sign in again to see them; this adds it as a new device.',
  signInAgain: 'Sign In Again',
  startFresh: 'Start Fresh…',
  freshTitle: 'Start with an empty device?',
  freshHelp:
    'The messages on this device are put aside in a renamed file, not deleted. After that you can sign in or create an account.',
  freshButton: 'Start Fresh',
};
