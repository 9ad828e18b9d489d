import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, failureOf } from '../app/api.ts';
import { session } from '../app/state.ts';
import { Field } from '../ui/Field.tsx';
import { failureText } from '../ui/failure.ts';
import { CloudField, cloudChoice, cloudGiven, useCloudInput } from './CloudField.tsx';
import { type FormError, FormPage, formError } from './FormPage.tsx';
import { TakesPart } from './TakesPart.tsx';
import type { SignedOut } from './Welcome.tsx';

type Props = { state: SignedOut; onBack: () => void; onCreate?: () => void; onRecover: () => void };

export function SignIn({ state, onBack, onCreate, onRecover }: Props) {
  const { t } = useTranslation();
  const [cloud, setCloud] = useCloudInput(state);
  const [handle, setHandle] = useState(state.kept?.handle ?? '');
  const [password, setPassword] = useState('');
  const [deviceName, setDeviceName] = useState('');
  const [takesPart, setTakesPart] = useState(true);
  const [working, setWorking] = useState<string | null>(null);
  const [error, setError] = useState<FormError | null>(null);

  async function submit(): Promise<void> {
    setError(null);
    try {
      setWorking(t(cloud.here ? 'welcome.startingCloud' : 'welcome.reachingCloud'));
      const chosen = cloudChoice(cloud);
      await api.session.checkCloud.mutate({ cloud: chosen });
      setWorking(t('welcome.working.signIn'));
      const name = deviceName.trim() || null;
      const input = { cloud: chosen, handle: handle.trim(), password, deviceName: name, takesPart };
      session.set(await api.session.signIn.mutate(input));
    } catch (caught) {
      const failure = failureOf(caught);
      setError(formError(failure.reason, failureText(t, failure)));
    } finally {
      setWorking(null);
    }
  }

  return (
    <FormPage
      title={t('welcome.signInTitle')}
      {...(state.kept === null ? {} : { intro: t('welcome.kept', { handle: state.kept.handle }) })}
      error={error}
      working={working}
      submitLabel={t('welcome.signIn')}
      disabled={handle.trim() === '' || password === '' || !cloudGiven(cloud)}
      onSubmit={() => void submit()}
      onBack={onBack}
      footer={
        <div className="welcome-links">
          <button type="button" className="link-button" onClick={onRecover}>
            {t('welcome.lostPassword')}
          </button>
          {onCreate !== undefined && state.kept === null && (
            <button type="button" className="link-button" onClick={onCreate}>
              {t('welcome.noAccount')}
            </button>
          )}
        </div>
      }
    >
      <CloudField state={state} input={cloud} onInput={setCloud} />
      <Field
        name="handle"
        label={t('welcome.handle')}
        value={handle}
        onValue={setHandle}
        autoComplete="username"
        autoCapitalize="off"
        spellCheck={false}
        placeholder="anna@example.org"
        maxLength={254}
      />
      <Field
        name="password"
        label={t('welcome.password')}
        type="password"
        autoComplete="current-password"
        value={password}
        onValue={setPassword}
        maxLength={1024}
      />
      <Field
        label={t('welcome.deviceName')}
        help={t('welcome.deviceNameHelp')}
        placeholder={t('common.optional')}
        value={deviceName}
        onValue={setDeviceName}
        maxLength={100}
        autoComplete="off"
      />
      {state.kept === null && <TakesPart on={takesPart} onChange={setTakesPart} />}
    </FormPage>
  );
}
