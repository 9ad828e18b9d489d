/** Does something that may fail, and says so when it did. */
import { useTranslation } from 'react-i18next';
import { failureOf } from '../app/api.ts';
import { view } from '../app/state.ts';
import { failureText } from './failure.ts';

export function useAct(): (act: () => Promise<unknown>, done?: string) => Promise<boolean> {
  const { t } = useTranslation();
  return async (act, done) => {
    try {
      await act();
      if (done !== undefined) view.say(done);
      return true;
    } catch (error) {
      view.say(failureText(t, failureOf(error)));
      return false;
    }
  };
}
