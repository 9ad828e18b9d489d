/** The files of a message in the transcript: pictures as they look, what plays with the browser's own controls, other files as cards. */
import { Download } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment, Message } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { byteSize } from '../app/format.ts';
import { useAct } from '../ui/useAct.ts';
import { FileIcon } from './FileIcon.tsx';
import { kindOf, pictureBox } from './kinds.ts';
import { stateText } from './state-text.ts';
import { type Trouble, useSource } from './useSource.ts';
import { Viewer } from './Viewer.tsx';
import './attachments.css';

type Props = { message: Message };
type OneProps = { attachment: Attachment; onFetch: () => void };

export function MessageAttachments({ message }: Props) {
  const act = useAct();
  const [open, setOpen] = useState<number | null>(null);
  const shown = open === null ? undefined : message.attachments[open];
  return (
    <div className="attachments" data-menu-anchor>
      {message.attachments.map((attachment, place) => {
        const onFetch = (): void =>
          void act(() => api.attachments.fetch.mutate({ messageId: message.id, place }));
        const kind = kindOf(attachment.mediaType);
        const props = { attachment, onFetch };
        if (kind === 'picture')
          // biome-ignore lint/suspicious/noArrayIndexKey: files of a message keep their places
          return <Picture key={place} {...props} onOpen={() => setOpen(place)} />;
        if (kind !== 'file' && attachment.state === 'here')
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          return <Playing key={place} kind={kind} attachment={attachment} />;
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <Card key={place} {...props} />;
      })}
      {shown !== undefined && <Viewer attachment={shown} onClose={() => setOpen(null)} />}
    </div>
  );
}

function Picture({ attachment, onFetch, onOpen }: OneProps & { onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const { now, src, trouble, onError } = useSource(attachment);
  const { name, state, size, thumbnail } = now;
  const here = state === 'here';
  if (trouble === 'cannotShow' || (!here && thumbnail === null))
    return <Card attachment={now} trouble={trouble} onFetch={onFetch} />;
  const box = pictureBox(attachment.width, attachment.height);
  const can = trouble !== 'damaged' && (state === 'remote' || state === 'gone' || state === 'damaged');
  const label = here
    ? t('attachments.openPicture', { name })
    : t('attachments.downloadPicture', { name, size: byteSize(size, i18n.language) });
  return (
    <button
      type="button"
      className="picture"
      style={{ inlineSize: box.width, aspectRatio: `${box.width} / ${box.height}` }}
      aria-label={label}
      data-state={state}
      onClick={here ? onOpen : can ? onFetch : undefined}
    >
      {thumbnail !== null && <img className="picture-small" src={thumbnail} alt="" />}
      {here && <img className="picture-full" src={src} alt="" decoding="async" onError={onError} />}
      {!here && (
        <span className="picture-over">
          {can && <Download aria-hidden="true" />}
          <span>{stateText(t, now, i18n.language)}</span>
        </span>
      )}
      <Share attachment={attachment} />
    </button>
  );
}

function Playing({ kind, attachment }: { kind: 'video' | 'audio'; attachment: Attachment }) {
  const { t, i18n } = useTranslation();
  const { name, url } = attachment;
  const { now, src, trouble, onError } = useSource(attachment);
  if (trouble !== null) return <Card attachment={now} trouble={trouble} onFetch={() => {}} />;
  const box = pictureBox(attachment.width, attachment.height);
  return (
    <figure className={`playing playing-${kind}`}>
      {kind === 'video' ? (
        // biome-ignore lint/a11y/useMediaCaption: what people send has no captions
        <video
          src={src}
          controls
          preload="metadata"
          aria-label={name}
          style={{ inlineSize: box.width, aspectRatio: `${box.width} / ${box.height}` }}
          onError={onError}
        />
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: as above
        <audio src={src} controls preload="metadata" aria-label={name} onError={onError} />
      )}
      <figcaption>
        <bdi>{name}</bdi> · {byteSize(attachment.size, i18n.language)} ·{' '}
        <a href={`${url}?save`} download={name}>
          {t('attachments.save')}
        </a>
      </figcaption>
      <Share attachment={attachment} />
    </figure>
  );
}

function Card({ attachment, trouble = null, onFetch }: OneProps & { trouble?: Trouble | null }) {
  const { t, i18n } = useTranslation();
  const { name, state, url } = attachment;
  let act: ReactNode = null;
  if (state === 'here')
    act = (
      <a
        className="card-act"
        href={`${url}?save`}
        download={name}
        aria-label={t('attachments.saveFile', { name })}
      >
        {t('attachments.save')}
      </a>
    );
  else if (trouble !== 'damaged' && state !== 'coming' && state !== 'newer')
    act = (
      <button
        type="button"
        className="card-act"
        aria-label={t('attachments.downloadFile', { name })}
        onClick={onFetch}
      >
        {t(state === 'remote' ? 'attachments.download' : 'common.tryAgain')}
      </button>
    );
  return (
    <div className="card" data-state={state}>
      <span className="card-icon">
        <FileIcon mediaType={attachment.mediaType} />
      </span>
      <span className="card-text">
        <span className="card-name" title={name}>
          <bdi>{name}</bdi>
        </span>
        <span className="card-state">{stateText(t, attachment, i18n.language)}</span>
      </span>
      {act}
      <Share attachment={attachment} />
    </div>
  );
}

/** How far it is, while it comes or goes. */
function Share({ attachment }: { attachment: Attachment }) {
  const { t } = useTranslation();
  const { progress, name } = attachment;
  if (progress === null || progress >= 1) return null;
  return (
    <progress
      className="share"
      max={100}
      value={Math.round(progress * 100)}
      aria-label={t(attachment.state === 'here' ? 'attachments.uploadLabel' : 'attachments.downloadLabel', {
        name,
      })}
    />
  );
}
