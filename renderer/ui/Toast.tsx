/** What was just done or went wrong, said at the bottom of the window for a while. */
import { useEffect } from 'react';
import { useView } from '../app/state.ts';

const SHOWN_MS = 7000;

export function Toast() {
  const toast = useView((state) => state.toast);
  useEffect(() => {
    if (toast === null) return;
    const timer = setTimeout(() => useView.setState({ toast: null }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <div className="toast" aria-live="polite">
      {toast?.text}
    </div>
  );
}
