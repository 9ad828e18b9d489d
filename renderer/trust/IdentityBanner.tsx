/** Above a conversation while a member's identity waits for a decision: who it is, what it may mean, what is held back. */
import { ShieldAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChangedIdentity, ConversationSummary } from '../../electron/api/types.ts';
import { AcceptIdentity } from './AcceptIdentity.tsx';
import { bannerTexts } from './banner.ts';
import './trust.css';

export function IdentityBanner({ conversation }: { conversation: ConversationSummary }) {
  const [open, setOpen] = useState<ChangedIdentity | null>(null);
  if (conversation.changed.length === 0) return null;
  return (
    <>
      {conversation.changed.map((one) => (
        <Banner key={one.person.id} conversation={conversation} one={one} onDecide={() => setOpen(one)} />
      ))}
      {open !== null && <AcceptIdentity person={open.person} onClose={() => setOpen(null)} />}
    </>
  );
}

type BannerProps = { conversation: ConversationSummary; one: ChangedIdentity; onDecide: () => void };

function Banner({ conversation, one, onDecide }: BannerProps) {
  const { t } = useTranslation();
  return (
    <div className="identity-banner" role="alert">
      <ShieldAlert aria-hidden="true" />
      <div className="identity-banner-text">
        {bannerTexts(conversation, one).map(({ key, values }, index) => (
          <p key={key} className={index === 0 ? 'identity-banner-title' : undefined}>
            {t(key, values)}
          </p>
        ))}
      </div>
      <button type="button" className="button" onClick={onDecide}>
        {t('trust.decide')}
      </button>
    </div>
  );
}
