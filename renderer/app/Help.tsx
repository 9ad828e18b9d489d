/** What the keys do. */
import { useTranslation } from 'react-i18next';
import { Modal } from '../ui/Modal.tsx';
import { shortcuts } from './shortcuts.ts';
import { useView } from './state.ts';

export function Help() {
  const { t } = useTranslation();
  const open = useView((state) => state.help);
  if (!open) return null;
  const rows: { label: string; keys: string[] }[] = [
    ...shortcuts(),
    { label: 'help.move', keys: ['↑', '↓'] },
    { label: 'help.menu', keys: ['Shift', 'F10'] },
    { label: 'help.delete', keys: ['Delete'] },
    { label: 'help.send', keys: ['Enter'] },
    { label: 'help.newline', keys: ['Shift', 'Enter'] },
    { label: 'help.escape', keys: ['Esc'] },
  ];
  return (
    <Modal
      open
      title={t('help.title')}
      onClose={() => useView.setState({ help: false })}
      className="dialog-small"
    >
      <dl className="help-list">
        {rows.map((row) => (
          <HelpRow key={row.label} label={t(row.label)} keys={row.keys} />
        ))}
      </dl>
    </Modal>
  );
}

function HelpRow({ label, keys }: { label: string; keys: string[] }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {keys.map((key, index) => (
          <span key={key}>
            {index > 0 && ' '}
            <kbd>{key}</kbd>
          </span>
        ))}
      </dd>
    </>
  );
}
