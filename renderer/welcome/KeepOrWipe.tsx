/** Messages that are still on this device, with nobody signed in: keep them, or delete them from it. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { WipeButton } from './WipeButton.tsx';

type Props = { handle: string; onSignIn: () => void };

export function KeepOrWipe({ handle, onSignIn }: Props) {
  const { t } = useTranslation();
  const [here, setHere] = useState(0);
  useEffect(() => {
    // Without the number, the question is the same.
    api.session.wipeScope.query().then(
      (scope) => setHere(scope.here),
      () => {},
    );
  }, []);
  return (
    <section className="keep-or-wipe" aria-labelledby="keep-or-wipe">
      <h2 id="keep-or-wipe">{t('closed.question')}</h2>
      <div className="keep-or-wipe-choice">
        <h3>{t('closed.keep')}</h3>
        <p>
          {here > 0 && `${t('closed.keepCount', { count: here })} `}
          {t('closed.keepHelp')}
        </p>
        <button type="button" className="button button-primary" onClick={onSignIn}>
          {t('closed.signInAgain')}
        </button>
      </div>
      <div className="keep-or-wipe-choice">
        <h3>{t('closed.wipe')}</h3>
        <p>{t('closed.wipeHelp')}</p>
        <WipeButton handle={handle} className="button button-warn" />
      </div>
    </section>
  );
}
