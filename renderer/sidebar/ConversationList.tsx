/** The conversations, pinned ones on top, newest first; virtual, one tab stop, one context menu for all. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VList, type VListHandle } from 'virtua';
import { conversations } from '../app/conversations.ts';
import { useView, view } from '../app/state.ts';
import type { MenuPoint } from '../ui/PointMenu.tsx';
import { useNow } from '../ui/useNow.ts';
import { useRoving } from '../ui/useRoving.ts';
import { ConversationItem } from './ConversationItem.tsx';
import { ConversationMenu } from './ConversationMenu.tsx';
import { EmptyList } from './EmptyList.tsx';

export function ConversationList() {
  const { t, i18n } = useTranslation();
  const list = conversations.use((state) => state.data);
  const open = useView((state) => (state.pane.kind === 'conversation' ? state.pane.id : null));
  const now = useNow(60_000);
  const container = useRef<HTMLDivElement>(null);
  const handle = useRef<VListHandle>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ id: string; point: MenuPoint } | null>(null);
  useEffect(() => void conversations.load(), []);

  const items = list ?? [];
  const found = items.findIndex((one) => one.id === (activeId ?? open));
  const active = Math.max(0, found);
  const roving = useRoving({
    list: handle,
    container,
    count: items.length,
    canFocus: () => true,
    active,
    setActive: (index) => setActiveId(items[index]?.id ?? null),
  });
  const openMenu = useCallback((id: string, point: MenuPoint) => setMenu({ id, point }), []);
  const focused = useCallback((id: string) => setActiveId(id), []);
  const chosen = menu === null ? undefined : items.find((one) => one.id === menu.id);

  if (list === null) return <p className="list-note">{t('common.loading')}</p>;
  if (items.length === 0) return <EmptyList />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the buttons inside, heard in one place
    <div className="conversation-list" ref={container} onKeyDown={roving.onKeyDown}>
      <VList
        ref={handle}
        role="list"
        className="conversation-scroll"
        data={items}
        keepMounted={[active]}
        itemSize={72}
      >
        {(one, index) => (
          <ConversationItem
            key={one.id}
            conversation={one}
            index={index}
            count={items.length}
            selected={one.id === open}
            tabStop={index === active}
            now={now}
            language={i18n.language}
            onMenu={openMenu}
            onFocused={focused}
          />
        )}
      </VList>
      <ConversationMenu
        conversation={chosen ?? null}
        point={menu?.point ?? null}
        onClose={() => setMenu(null)}
        onDelete={(id) => view.askToDelete({ kind: 'conversation', id })}
        onDeleteAttachments={(id) => view.askToDelete({ kind: 'attachments', id })}
      />
    </div>
  );
}
