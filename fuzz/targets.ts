/** Every target, the quick ones first. */
import type { Target } from './target.ts';
import { cloudAnswers } from './targets/answers.ts';
import { cloudTargets } from './targets/cloud.ts';
import { device } from './targets/device.ts';
import { envelopes } from './targets/envelopes.ts';
import { files } from './targets/files.ts';
import { keyrings } from './targets/keyrings.ts';
import { local } from './targets/local.ts';
import { records } from './targets/records.ts';
import { secrets } from './targets/secrets.ts';
import { window } from './targets/window.ts';

export const TARGETS: readonly Target[] = [
  ...records,
  ...secrets,
  ...files,
  ...envelopes,
  ...keyrings,
  ...device,
  ...cloudAnswers,
  ...local,
  ...window,
  ...cloudTargets,
];
