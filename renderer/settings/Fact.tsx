/** A row of a list of facts (`<dl className="settings-group">`). */
import type { ReactNode } from 'react';

export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="setting-row">
      <dt className="setting-label">{label}</dt>
      <dd className="setting-value">{children}</dd>
    </div>
  );
}
