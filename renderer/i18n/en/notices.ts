export const notices = {
  label: 'Notices',
  somebody: 'somebody',
  identityChanged:
    'The keys of {{handle}} have changed. This happens after a reset, and also when somebody is pretending. Ask them in person.',
  identityRenewed:
    '{{handle}} renewed their keys, as one does after losing a device. The new ones are signed with the old ones.',
  rootRenewed:
    'A device was removed as lost or stolen, and your recovery key was renewed. The old words open nothing any more; the new ones were shown on the device that did it.',
  personForged:
    'The cloud offered keys of {{handle}} that they did not make. They were refused; the known ones stay.',
  personRolledBack:
    'The cloud showed an older list of the devices of {{handle}} than before. It was refused.',
  changeNotSent: 'A change could not be sent. The others do not have it.',
  changeNotSent_edit: 'An edit could not be sent. The others still see the old text.',
  changeNotSent_unsend: 'A message could not be unsent. The others still see it.',
  changeNotSent_reaction: 'A reaction could not be sent. The others do not see it.',
  changeNotSent_rename: 'A group’s new name could not be sent. The others still see the old one.',
  changeNotSent_some_edit: 'An edit did not reach {{handle}}, who still sees the old text.',
  changeNotSent_some_unsend: 'A message could not be unsent for {{handle}}, who still sees it.',
  changeNotSent_some_reaction: 'A reaction did not reach {{handle}}.',
  changeNotSent_some_rename: 'A group’s new name did not reach {{handle}}.',
  ownMailboxFull:
    'Your own mailbox is full, because one of your devices has not fetched its messages for a long time. What you send reaches the people you write to, but not those of your devices on which Messages in iCloud is off. Open Lockstep on that device, or remove it from your account.',
  recordRefused_unprovenTombstone:
    'The cloud said that a message was deleted, without proof from one of your devices. It was kept.',
  recordRefused_olderVersion:
    'The cloud delivered an old version of something as if it were new. It was refused.',
  envelopeRefused_damaged: 'Something from {{handle}} arrived damaged. It was refused.',
  envelopeRefused_badSignature:
    'A message in the name of {{handle}} was not signed by their device. It was refused.',
  envelopeRefused_unknownDevice:
    'A message in the name of {{handle}} came from a device that is not, or no longer, theirs. It was refused.',
  envelopeRefused_unknownSender:
    'A message arrived from {{handle}}, whose keys could not be verified. It was refused.',
  envelopeRefused_otherSender:
    'A message arrived in the name of {{handle}} that somebody else had signed. It was refused.',
  envelopeRefused_notAddressed:
    'The cloud delivered a message from {{handle}} that was not written to you. It was refused.',
  envelopeRefused_resealed: 'A message from {{handle}} had been sealed anew on its way. It was refused.',
  envelopeRefused_notAMember:
    'A message from {{handle}} arrived for a group that it does not belong to. It was refused.',
  envelopeRefused_wrongMembers:
    'A message from {{handle}} named other people than its conversation has. It was refused.',
  envelopeRefused_notTheAuthor:
    '{{handle}} tried to change a message that somebody else wrote. It was refused.',
  envelopeRefused_otherConversation:
    '{{handle}} reacted to a message from outside of its conversation. It was refused.',
  envelopeRefused_unknownKind:
    'Something arrived from {{handle}} that this version of Lockstep does not know. Perhaps an update helps.',
  envelopeRefused_noSuchEpoch:
    'A message from {{handle}} was sealed with a key that your account never had. It was refused.',
  keyringForged: 'The cloud offered keys that were not made by your devices. They were refused.',
  keyringRolledBack: 'The cloud showed an older list of your devices than before. It was refused.',
  recordRefused: 'The cloud delivered something that does not belong to your messages. It was refused.',
  envelopeRefused: 'A message arrived that its sender was not allowed to send. It was refused.',
  zoneRolledBack: 'The cloud showed an older state of your messages than before. Everything here is safe.',
  zoneForked: 'The cloud told your devices different things. Everything here is safe.',
  recoverLost: 'A message could not be recovered: it had already been deleted for good on another device.',
  onlyHereDeleted:
    'Messages that nobody had seen on the device where their conversation was deleted are in Recently Deleted now, for 30 days.',
  coreConflict: 'Two different messages claimed the same place. The same one was kept on all your devices.',
  deviceAdded: 'A new device signed in to your account: {{name}}. If that was not you, remove it.',
  deviceAddedUnnamed: 'A new device signed in to your account. If that was not you, remove it.',
  showDevices: 'Devices…',
  databaseRecovered_on_one:
    'The database on this device was damaged. {{count, number}} message was read from it; what is missing comes from iCloud.',
  databaseRecovered_on_other:
    'The database on this device was damaged. {{count, number}} messages were read from it; what is missing comes from iCloud.',
  databaseRecovered_all_one:
    'The database on this device was damaged. {{count, number}} message was read from it, and none is known to be missing.',
  databaseRecovered_all_other:
    'The database on this device was damaged. {{count, number}} messages were read from it, and none is known to be missing.',
  databaseRecovered_part_one:
    'The database on this device was damaged. {{count, number}} message was read from it; others could not be.',
  databaseRecovered_part_other:
    'The database on this device was damaged. {{count, number}} messages were read from it; others could not be.',
  databaseRecovered_alone_one:
    'The database on this device was damaged. {{count, number}} message was read from it; who was signed in could not be.',
  databaseRecovered_alone_other:
    'The database on this device was damaged. {{count, number}} messages were read from it; who was signed in could not be.',
  databaseRecovered: 'The database on this device was damaged and is a new one now.',
  databaseLogLost:
    'The last changes before Lockstep ended could not be read. What was written or arrived in its last moments may be missing here.',
  showDamaged: 'What Came Back…',
  syncRestarted: 'Synchronizing stumbled and was started again. Nothing was lost.',
  zonePurged:
    'The messages in iCloud were deleted. Everything on this device is still here, and the switch is off.',
  purgeForgotten:
    'The cloud was put back to an earlier state and no longer knows of Disable & Delete: it keeps your messages. The switch stays off here. If they are still to go, choose Disable & Delete again.',
  keychainWeak:
    'This computer has no protected keychain: the key of your messages is only as safe as your files.',
};
