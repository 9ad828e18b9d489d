import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, failureOf } from '../app/api.ts';
import { session } from '../app/state.ts';
import { Field } from '../ui/Field.tsx';
import { failureText } from '../ui/failure.ts';
import { CloudField, cloudChoice, cloudGiven, useCloudInput } from './CloudField.tsx';
import { type FormError, FormPage, formError } from './FormPage.tsx';
import { PasswordField, usePasswordStrength } from './PasswordField.tsx';
import type { SignedOut } from './Welcome.tsx';

type Props = { state: SignedOut; onBack: () => void; onSignIn: () => void };

export function CreateAccount({ state, onBack, onSignIn }: Props) {
  const { t } = useTranslation();
  const [cloud, setCloud] = useCloudInput(state);
  const [name, setName] = useState('');
  const [handle, setHandle] = useState('');
  const [password, setPassword] = useState('');
  const [invitation, setInvitation] = useState('');
  const [needsInvitation, setNeedsInvitation] = useState(false);
  const [working, setWorking] = useState<string | null>(null);
  const [error, setError] = useState<FormError | null>(null);
  const strength = usePasswordStrength(password, handle, name);

  async function submit(): Promise<void> {
    setError(null);
    try {
      setWorking(t(cloud.here ? 'welcome.startingCloud' : 'welcome.reachingCloud'));
      const chosen = cloudChoice(cloud);
      const info = await api.session.checkCloud.mutate({ cloud: chosen });
      if (info.registration === 'closed') {
        setError(formError('closed', t('welcome.closed', { name: info.name })));
        return;
      }
      if (info.registration === 'invitation' && invitation.trim() === '') {
        setNeedsInvitation(true);
        setError(formError('invitationRequired', t('failure.invitationRequired')));
        return;
      }
      if (!(await strongEnough())) return;
      setWorking(t('welcome.working.signUp'));
      const input = { cloud: chosen, handle: handle.trim(), name: name.trim(), password, deviceName: null };
      session.set(await api.session.signUp.mutate({ ...input, invitation: invitation.trim() || null }));
    } catch (caught) {
      const failure = failureOf(caught);
      setError(formError(failure.reason, failureText(t, failure)));
    } finally {
      setWorking(null);
    }
  }

  /** Asked again at the end: what was judged while typing may be older than what stands there. */
  async function strongEnough(): Promise<boolean> {
    const now = await api.session.passwordStrength.mutate({ password, handle, name });
    if (!now.enough) setError(formError('weakPassword', t('failure.weakPassword')));
    return now.enough;
  }

  return (
    <FormPage
      title={t('welcome.createTitle')}
      error={error}
      working={working}
      submitLabel={t('welcome.createAccount')}
      disabled={handle.trim() === '' || password === '' || !cloudGiven(cloud)}
      onSubmit={() => void submit()}
      onBack={onBack}
      footer={
        <button type="button" className="link-button" onClick={onSignIn}>
          {t('welcome.haveAccount')}
        </button>
      }
    >
      <CloudField state={state} input={cloud} onInput={setCloud} />
      <Field
        label={t('welcome.name')}
        help={t('welcome.nameHelp')}
        value={name}
        onValue={setName}
        autoComplete="name"
        maxLength={100}
      />
      <Field
        name="handle"
        label={t('welcome.handle')}
        help={t('welcome.handleHelp')}
        value={handle}
        onValue={setHandle}
        autoComplete="username"
        autoCapitalize="off"
        spellCheck={false}
        placeholder="anna@example.org"
        maxLength={254}
      />
      <PasswordField
        label={t('welcome.password')}
        value={password}
        onValue={setPassword}
        strength={strength}
      />
      {needsInvitation && (
        <Field
          name="invitation"
          label={t('welcome.invitation')}
          value={invitation}
          onValue={setInvitation}
          maxLength={200}
        />
      )}
    </FormPage>
  );
}
