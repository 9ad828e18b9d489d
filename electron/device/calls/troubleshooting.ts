/** Answers `troubleshooting.*`. */
import type { TroubleshootingCalls } from '../../api/calls.ts';
import { Failure } from '../../api/failure.ts';
import { storeCounts } from '../../store/counts.ts';
import { removeSetAside } from '../../store/damage/set-aside.ts';
import type { Store } from '../../store/open.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { DatabaseCheck } from '../../sync/troubleshooting-types.ts';
import { checksOf } from '../troubleshooting/checks.ts';
import { damagedDatabases } from '../troubleshooting/damaged.ts';
import { gatherFacts } from '../troubleshooting/facts.ts';
import { reportFileName, reportText } from '../troubleshooting/report.ts';
import { accountStoreOf, type CallContext, read, run } from './context.ts';

export function troubleshootingCalls(context: CallContext): TroubleshootingCalls {
  /** Of the database that is open now, and of this run of the app: what was well once is not well for ever. */
  let last: { of: Store; found: DatabaseCheck } | null = null;
  const database = () => (last?.of === accountStoreOf(context) ? last.found : null);
  return {
    async run() {
      const facts = await gatherFacts(context, database());
      return { at: facts.now, checks: checksOf(facts) };
    },
    async checkDatabase() {
      const of = accountStoreOf(context);
      const found = await run(context, 'checkDatabase', null);
      last = { of, found };
      // Whoever reads it next would meet it: it is recovered now.
      if (found.problems.length > 0) context.profile.foundDamaged('SQLITE_CORRUPT');
      return found;
    },
    damaged: () => read(context, (store) => damagedDatabases(store, context.profile.databasePath)),
    removeDamaged(name) {
      if (!removeSetAside(context.profile.databasePath, name))
        throw new Failure('notFound', 'There is no such damaged database here (any more).');
    },
    async report() {
      const facts = await gatherFacts(context, database());
      const sync = await run(context, 'syncReport', null);
      const ofStore = read(context, (store) => ({
        counts: storeCounts(store),
        zones: { account: getZoneState(store, 'account'), messages: getZoneState(store, 'messages') },
      }));
      const text = reportText({
        facts,
        checks: checksOf(facts),
        sync,
        ...ofStore,
        program: {
          host: context.host.kind,
          platform: context.host.platform,
          processor: process.arch,
          node: process.versions.node,
        },
      });
      return { text, fileName: reportFileName(facts.now) };
    },
  };
}
