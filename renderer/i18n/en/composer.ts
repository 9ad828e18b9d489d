export const composer = {
  message: 'Message',
  placeholder: 'Message {{title}}',
  send: 'Send',
  replying: 'Replying to {{name}}',
  cancelReply: 'Don’t reply to this message',
  editing: 'Editing a message',
  cancelEdit: 'Stop editing',
  saveEdit: 'Save Edit',
  offline: 'No connection. What you send goes out when the cloud is back.',
  cloudTakesNothing: 'The cloud takes nothing at the moment. What you send goes out when it does.',
  tooLong_one: 'That is {{count, number}} character too long. Send it in parts.',
  tooLong_other: 'That is {{count, number}} characters too long. Send it in parts.',
};
