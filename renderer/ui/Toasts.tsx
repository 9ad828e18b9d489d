/**
 * Shows them: plain lines above everything, what offers Undo at the bottom of the window, below any dialog. Each goes by itself after its
 * time, which stands still while somebody points at it or has the focus in it; what offers Undo can be put away too.
 */
import { Undo2, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isMac } from '../app/keys.ts';
import { undoDelete } from '../deletes/undo.ts';
import { shownMs, type Toast, toasts, useToasts } from './toasts.ts';
import './toasts.css';

export function Toasts() {
  const list = useToasts((state) => state.list);
  const draw = (toast: Toast) => <ToastItem key={toast.key} toast={toast} />;
  return (
    <>
      <div className="toasts" aria-live="polite">
        {list.filter(({ undo }) => undo === null).map(draw)}
      </div>
      <div className="toasts toasts-offers" aria-live="polite">
        {list.filter(({ undo }) => undo !== null).map(draw)}
      </div>
    </>
  );
}

function ToastItem({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState({ pointer: false, focus: false });
  const left = useRef(shownMs(toast));
  const paused = held.pointer || held.focus;
  useEffect(() => {
    if (paused) return;
    const began = Date.now();
    const timer = setTimeout(() => toasts.end(toast.key), left.current);
    return () => {
      clearTimeout(timer);
      left.current -= Date.now() - began;
    };
  }, [paused, toast]);
  const { undo } = toast;
  if (undo === null) return <p className="toast">{toast.text}</p>;
  const keys = isMac() ? '⌘Z' : 'Ctrl+Z';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only stops its clock; its buttons do the rest
    <div
      className="toast toast-offer"
      data-paused={paused || undefined}
      onPointerEnter={() => setHeld((now) => ({ ...now, pointer: true }))}
      onPointerLeave={() => setHeld((now) => ({ ...now, pointer: false }))}
      onFocus={() => setHeld((now) => ({ ...now, focus: true }))}
      onBlur={() => setHeld((now) => ({ ...now, focus: false }))}
    >
      <span className="toast-text">{toast.text}</span>
      <button
        type="button"
        className="toast-undo"
        aria-keyshortcuts={isMac() ? 'Meta+Z' : 'Control+Z'}
        title={t('delete.undoKeys', { keys })}
        onClick={() => void undoDelete(t, toast.key, undo)}
      >
        <Undo2 aria-hidden="true" />
        {t('delete.undo')}
      </button>
      <button
        type="button"
        className="toast-close"
        aria-label={t('delete.dismiss')}
        onClick={() => toasts.end(toast.key)}
      >
        <X aria-hidden="true" />
      </button>
    </div>
  );
}
