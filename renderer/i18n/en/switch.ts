/** The switch "Messages in iCloud": why it is as it is, and the sheets before it is turned. */
export const switchTexts = {
  name: 'Messages in iCloud',
  help: 'Keeps every message end-to-end encrypted in your cloud. All your devices where this is on show the same history, and a delete on one is a delete on all of them.',
  helpOff: 'This device keeps what it has. New messages still arrive; deletes no longer travel.',
  counting: 'Counting messages…',
  slow: 'Counting takes longer than usual.',
  about: 'About {{size}}.',
  note: {
    purged:
      'It was turned off because the messages in iCloud were deleted. Everything on this device is still here.',
    purging:
      'It was turned off because Disable & Delete was chosen. Everything on this device is still here.',
    removed: 'It was turned off because this device was removed from the account.',
    diskTooSmall:
      'It stays on: what is only in iCloud does not fit on this computer’s disk. Make room there, then turn it off again.',
    allDevices:
      'It was turned off for all devices, on {{name}}. Everything on this device stays here; turn it on again whenever you like.',
    allDevicesHere: 'You turned it off for all devices, on this one. Each does so when it next connects.',
    allDevicesSomewhere:
      'It was turned off for all devices, on another one. Everything on this device stays here; turn it on again whenever you like.',
  },
  purge: {
    title:
      'The messages in iCloud will be deleted for good on {{at, datetime(dateStyle: long; timeStyle: short)}}.',
    left_one: '{{count, number}} day left.',
    left_other: '{{count, number}} days left.',
    now: 'That is about now.',
    by: 'Disable & Delete was chosen on {{name}}.',
    byHere: 'You chose Disable & Delete on this device.',
    bySomewhere: 'Disable & Delete was chosen on one of your devices.',
    help: 'Until then, Undo brings it all back on every device that it turned off. What is on this device stays here either way.',
    undo: 'Undo',
    undone: 'Undone. Your devices go on as before.',
  },
  on: {
    title: 'Turn on Messages in iCloud?',
    keep_one: '{{count, number}} message on this device will be kept in iCloud.',
    keep_other: '{{count, number}} messages on this device will be kept in iCloud.',
    keepAnd_one: '{{count, number}} message on this device will be kept in iCloud, and',
    keepAnd_other: '{{count, number}} messages on this device will be kept in iCloud, and',
    andAppear_one: '{{count, number}} from iCloud will appear here.',
    andAppear_other: '{{count, number}} from iCloud will appear here.',
    appear_one: '{{count, number}} message from iCloud will appear here.',
    appear_other: '{{count, number}} messages from iCloud will appear here.',
    nothing: 'This device and iCloud already hold the same.',
    deletedHere_one: 'You deleted {{count, number}} message here while it was off.',
    deletedHere_other: 'You deleted {{count, number}} messages here while it was off.',
    bringBack: 'Bring back to this device',
    deleteEverywhere: 'Delete on all devices and in iCloud',
    deletedElsewhere_one:
      '{{count, number}} message that was deleted for good on another device will go from this device too.',
    deletedElsewhere_other:
      '{{count, number}} messages that were deleted for good on another device will go from this device too.',
    deletedWithConversation_one:
      '{{count, number}} message that only this device has goes to Recently Deleted: its conversation was deleted on another device.',
    deletedWithConversation_other:
      '{{count, number}} messages that only this device has go to Recently Deleted: their conversation was deleted on another device.',
    unknown: 'How much that will be cannot be said just now.',
    unknownHelp:
      'You can turn it on all the same; it begins when the cloud answers. Anything you deleted here while it was off comes back, and what was deleted for good on another device goes from here too.',
    help: 'You can go on writing meanwhile, and cancel before it is done.',
    button: 'Turn On',
  },
  off: {
    title: 'Turn off Messages in iCloud?',
    download_one:
      '{{count, number}} message is only in iCloud. It is downloaded first, so nothing is lost here.',
    download_other:
      '{{count, number}} messages are only in iCloud. They are downloaded first, so nothing is lost here.',
    attachments_one: '{{count, number}} attachment is only in iCloud. It is downloaded first.',
    attachments_other: '{{count, number}} attachments are only in iCloud. They are downloaded first.',
    nothing: 'All messages in iCloud are on this device too, so nothing is lost here.',
    unknown:
      'What is only in iCloud is downloaded first, so nothing is lost here. How much that is cannot be said just now.',
    tooSmall:
      'What is only in iCloud does not fit here with room to spare: it takes about {{needed}}, and this computer’s disk has {{free}} left.',
    tooSmallUnknown:
      'What is only in iCloud does not fit on this computer’s disk: it takes about {{needed}}.',
    tooSmallHelp:
      'It is downloaded before anything is turned off, so that nothing is lost. Make room on the disk first; until then it stays on.',
    help: 'After that, deletes on this device stay on this device, and deletes elsewhere stay there. New messages still arrive.',
    everywhereHelp_one: 'For all devices: {{names}} does the same when it next connects.',
    everywhereHelp_other: 'For all devices: {{names}} do the same when they next connect.',
    button: 'Turn Off for This Device',
    buttonEverywhere: 'Turn Off for All Devices',
  },
};
