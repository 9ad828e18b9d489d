import { File, FileArchive, FileMusic, FileText, FileVideo, Image } from 'lucide-react';
import { kindOf } from './kinds.ts';

export function FileIcon({ mediaType }: { mediaType: string }) {
  const kind = kindOf(mediaType);
  const Icon =
    kind === 'picture'
      ? Image
      : kind === 'video'
        ? FileVideo
        : kind === 'audio'
          ? FileMusic
          : /zip|tar|compressed|7z/.test(mediaType)
            ? FileArchive
            : mediaType === 'application/pdf' || mediaType.startsWith('text/')
              ? FileText
              : File;
  return <Icon aria-hidden="true" />;
}
