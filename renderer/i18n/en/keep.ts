export const keep = {
  onExpiring_one:
    '{{count, number}} message on this device is older than your account keeps messages. It will be deleted for good, here and everywhere.',
  onExpiring_other:
    '{{count, number}} messages on this device are older than your account keeps messages. They will be deleted for good, here and everywhere.',
};
