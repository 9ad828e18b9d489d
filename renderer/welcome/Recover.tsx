import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, failureOf } from '../app/api.ts';
import { session } from '../app/state.ts';
import { Field } from '../ui/Field.tsx';
import { failureText } from '../ui/failure.ts';
import { CloudField, cloudChoice, cloudGiven, useCloudInput } from './CloudField.tsx';
import { type FormError, FormPage, formError } from './FormPage.tsx';
import { PasswordField, usePasswordStrength } from './PasswordField.tsx';
import { recoveryWords } from './recovery-words.ts';
import { TakesPart } from './TakesPart.tsx';
import type { SignedOut } from './Welcome.tsx';

export function Recover({ state, onBack }: { state: SignedOut; onBack: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [cloud, setCloud] = useCloudInput(state);
  const [handle, setHandle] = useState(state.kept?.handle ?? '');
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const [takesPart, setTakesPart] = useState(true);
  const [working, setWorking] = useState<string | null>(null);
  const [error, setError] = useState<FormError | null>(null);
  const strength = usePasswordStrength(password, handle, '');
  const words = recoveryWords(typed);

  async function submit(): Promise<void> {
    setError(null);
    setWorking(t('welcome.working.recover'));
    try {
      const input = { cloud: cloudChoice(cloud), handle: handle.trim(), words, newPassword: password };
      session.set(await api.session.recover.mutate({ ...input, deviceName: null, takesPart }));
    } catch (caught) {
      const failure = failureOf(caught);
      const place = failure.about === null ? 0 : words.indexOf(failure.about) + 1;
      setError(
        formError(
          failure.reason,
          failure.reason === 'wrongWords' && place > 0
            ? t('welcome.unknownWord', { place, word: failure.about })
            : failureText(t, failure),
        ),
      );
    } finally {
      setWorking(null);
    }
  }

  return (
    <FormPage
      title={t('welcome.recoverTitle')}
      intro={t('welcome.recoverHelp')}
      error={error}
      working={working}
      submitLabel={t('welcome.signIn')}
      disabled={
        handle.trim() === '' || words.length !== 24 || strength?.enough !== true || !cloudGiven(cloud)
      }
      onSubmit={() => void submit()}
      onBack={onBack}
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
      <div className="field">
        <label htmlFor={id}>{t('welcome.words')}</label>
        <textarea
          id={id}
          name="words"
          rows={4}
          value={typed}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-describedby={`${id}-count`}
          onChange={(event) => setTyped(event.target.value)}
        />
        <p className="field-help" id={`${id}-count`}>
          {t('welcome.wordsCount', { count: words.length })}
        </p>
      </div>
      <PasswordField
        label={t('welcome.newPassword')}
        value={password}
        onValue={setPassword}
        strength={strength}
      />
      {state.kept === null && <TakesPart on={takesPart} onChange={setTakesPart} />}
    </FormPage>
  );
}
