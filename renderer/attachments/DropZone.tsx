/** Files may be dropped anywhere on an open conversation; while they are above it, it says so. */
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { filesOf, type Given, hasFiles } from './dropped.ts';

export function DropZone({
  label,
  onFiles,
  children,
}: {
  label: string;
  onFiles: (given: Given) => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  /** Entering a child comes before leaving its parent. */
  const depth = useRef(0);
  const leave = (): void => {
    depth.current = 0;
    setOver(false);
  };
  return (
    <section
      className="pane"
      aria-label={label}
      onDragEnter={(event) => {
        if (!hasFiles(event.dataTransfer)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) leave();
      }}
      onDragOver={(event) => {
        if (!hasFiles(event.dataTransfer)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={(event) => {
        leave();
        if (!hasFiles(event.dataTransfer)) return;
        event.preventDefault();
        onFiles(filesOf(event.dataTransfer));
      }}
    >
      {children}
      {over && (
        <div className="drop-here" aria-hidden="true">
          <p>{t('attachments.drop')}</p>
        </div>
      )}
    </section>
  );
}
