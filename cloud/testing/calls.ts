/** The cloud's calls, by whether they write: what a crash can come between. Both lists together are all of them (calls.test.ts). */

/** Calls with a transaction of their own. Whatever else writes notes when a session was last seen. */
export const WRITING_CALLS: readonly string[] = [
  'SignUpFinish',
  'SignInStart',
  'SignInFinish',
  'RecoverFinish',
  'JoinDevice',
  'ChangePasswordFinish',
  'UpdateKeyring',
  'SignOut',
  'Push',
  'MarkForPurge',
  'UndoPurge',
  'Send',
  'Acknowledge',
  'PutBlob',
  'DropUpload',
];
export const READING_CALLS: readonly string[] = [
  'GetCloudInfo',
  'SignUpStart',
  'RecoverStart',
  'ChangePasswordStart',
  'GetKeyring',
  'LookUp',
  'ListSessions',
  'OpenZone',
  'Changes',
  'Backfill',
  'Inventory',
  'Fetch',
  'Receive',
  'StatBlobs',
  'GetBlob',
  'Watch',
];
