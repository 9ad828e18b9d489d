/** Where one's messages are kept: a cloud on this computer, or one at an address. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CloudChoice } from '../../electron/api/types.ts';
import { Field } from '../ui/Field.tsx';
import { isInsecure } from './cloud-address.ts';
import type { SignedOut } from './Welcome.tsx';

export type CloudInput = { here: boolean; address: string };

export function useCloudInput(state: SignedOut): [CloudInput, (input: CloudInput) => void] {
  return useState<CloudInput>({
    here: state.canHostHere && (state.kept === null ? state.cloudAddress === null : state.kept.here),
    address: state.cloudAddress ?? (state.kept?.here === false ? state.kept.cloudAddress : ''),
  });
}

export const cloudChoice = (input: CloudInput): CloudChoice =>
  input.here ? { kind: 'thisComputer' } : { kind: 'address', url: input.address.trim() };

export const cloudGiven = (input: CloudInput): boolean => input.here || input.address.trim() !== '';

type Props = { state: SignedOut; input: CloudInput; onInput: (input: CloudInput) => void };

export function CloudField({ state, input, onInput }: Props) {
  const { t } = useTranslation();
  const address = (
    <Field
      name="cloud"
      label={t('welcome.cloudAddress')}
      value={input.address}
      onValue={(value) => onInput({ ...input, address: value })}
      placeholder="https://cloud.example.org"
      inputMode="url"
      autoComplete="url"
      autoCapitalize="off"
      spellCheck={false}
      help={isInsecure(input.address) ? t('welcome.insecure') : undefined}
    />
  );
  if (!state.canHostHere) return address;
  return (
    <fieldset className="choices">
      <legend className="choices-legend">{t('welcome.where')}</legend>
      <label className="choice" data-checked={input.here || undefined}>
        <input
          type="radio"
          name="where"
          checked={input.here}
          onChange={() => onInput({ ...input, here: true })}
        />
        <span>
          <strong>{t('welcome.here')}</strong>
          <span className="setting-help">{t('welcome.hereHelp')}</span>
        </span>
      </label>
      <label className="choice" data-checked={!input.here || undefined}>
        <input
          type="radio"
          name="where"
          checked={!input.here}
          onChange={() => onInput({ ...input, here: false })}
        />
        <span>
          <strong>{t('welcome.address')}</strong>
          <span className="setting-help">{t('welcome.addressHelp')}</span>
        </span>
      </label>
      {!input.here && address}
    </fieldset>
  );
}
