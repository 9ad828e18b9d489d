/**
 * The transcript: a virtual list that keeps its place. At its end it follows new messages; anywhere else they only
 * raise the number on the button that leads there. Older ones are fetched before one reaches the top.
 */
import { ArrowDown } from 'lucide-react';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { VList, type VListHandle } from 'virtua';
import { useStore } from 'zustand';
import type { ConversationSummary, Message } from '../../electron/api/types.ts';
import { focusWhenNowhere } from '../app/focus.ts';
import { isClosed } from '../blocking/closed.ts';
import type { MenuPoint } from '../ui/PointMenu.tsx';
import { useNow } from '../ui/useNow.ts';
import { useRoving } from '../ui/useRoving.ts';
import { Incoming } from './Incoming.tsx';
import { MessageItem } from './MessageItem.tsx';
import { MessageMenu } from './MessageMenu.tsx';
import { type Row, rowsOf } from './rows.ts';
import { Beginning, LineRow, UnreadRow } from './SmallRows.tsx';
import type { TranscriptStore } from './transcript-store.ts';
import { useReading } from './useReading.ts';
import type { Selecting } from './useSelection.ts';

type Props = {
  conversation: ConversationSummary;
  transcript: TranscriptStore;
  composing: { reply: (message: Message) => void; edit: (message: Message) => void };
  selecting: Selecting;
};
type ListRow = Row | { kind: 'beginning'; key: string };

const NEAR = 900;
const AT_END = 48;

export function TranscriptList({ conversation, transcript, composing, selecting }: Props) {
  const { t, i18n } = useTranslation();
  const { store } = transcript;
  const window_ = useStore(store, (state) => state.window);
  const prepending = useStore(store, (state) => state.prepending);
  const firstUnread = useStore(store, (state) => state.firstUnread);
  const goTo = useStore(store, (state) => state.goTo);
  const group = conversation.kind === 'group';
  const messages = window_?.messages ?? NONE;
  const hasOlder = window_?.hasOlder ?? false;
  const hasNewer = window_?.hasNewer ?? false;
  const now = useNow(60_000);

  const rows = useMemo<ListRow[]>(() => {
    const made: ListRow[] = rowsOf(messages, { group, firstUnread });
    if (!hasOlder) made.unshift({ kind: 'beginning', key: 'beginning' });
    return made;
  }, [messages, group, firstUnread, hasOlder]);

  const list = useRef<VListHandle>(null);
  const container = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [showDown, setShowDown] = useState(false);
  const [seenKey, setSeenKey] = useState<string | null>(null);
  const [settled, setSettled] = useState(false);
  const [foundId, setFoundId] = useState<string | null>(null);

  const reading = useReading(conversation, messages);
  const look = useCallback((): void => {
    const handle = list.current;
    if (handle === null) return;
    const end = handle.scrollOffset + handle.viewportSize;
    const near = handle.scrollSize - end;
    atEnd.current = near < AT_END;
    setShowDown(near > handle.viewportSize * 0.6 || (hasNewer && near < AT_END));
    const last = rows[handle.findItemIndex(end - 8)];
    if (last?.kind === 'message') reading.seen(last.message);
    if (handle.scrollOffset < NEAR) void transcript.loadOlder();
    if (near < NEAR && hasNewer) void transcript.loadNewer();
    if (atEnd.current && !hasNewer) setSeenKey(messages.at(-1)?.key ?? null);
  }, [rows, transcript, hasNewer, messages, reading]);

  const toEnd = useCallback((): void => {
    list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [rows.length]);

  // Where to go once: the newest, the first unread, or what the search found.
  useLayoutEffect(() => {
    if (goTo === null) return;
    const index = rows.findIndex(
      (row) =>
        (goTo.why === 'unread' && row.kind === 'unread') ||
        (row.kind === 'message' && row.message.id === goTo.id),
    );
    if (index >= 0)
      list.current?.scrollToIndex(index, {
        align: goTo.why === 'newest' ? 'end' : goTo.why === 'unread' ? 'start' : 'center',
      });
    atEnd.current = goTo.why === 'newest';
    if (goTo.why === 'found') setFoundId(goTo.id);
    transcript.arrived();
  }, [goTo, rows, transcript]);

  // New rows at the end are followed only by someone who is there.
  useLayoutEffect(() => {
    if (atEnd.current && !hasNewer && !prepending) toEnd();
  }, [hasNewer, prepending, toEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: also after every change of what is shown
  useEffect(() => {
    const frame = requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        setSettled(true);
        look();
      }),
    );
    return () => cancelAnimationFrame(frame);
  }, [rows, look]);

  const [activeKey, setActiveKey] = useState<string | null>(null);
  const lastMessage = rows.findLastIndex((row) => row.kind === 'message');
  const found = activeKey === null ? -1 : rows.findIndex((row) => row.key === activeKey);
  const active = found >= 0 ? found : lastMessage;
  const roving = useRoving({
    list,
    container,
    count: rows.length,
    canFocus: (index) => rows[index]?.kind === 'message',
    active,
    setActive: (index) => setActiveKey(rows[index]?.key ?? null),
  });

  const { selection, begin, choose } = selecting;
  const choosing = selection !== null;
  const { focusIndex } = roving;
  // The message that had the focus is gone: the focus does not fall out of the transcript.
  const lost = activeKey !== null && found < 0 && active >= 0;
  useLayoutEffect(() => {
    if (lost && document.activeElement === document.body) focusIndex(active);
  }, [lost, active, focusIndex]);
  const activeNow = useRef(active);
  activeNow.current = active;
  const chose = useRef(false);
  // Its box has the focus while messages are chosen; the message itself afterwards, unless somebody else took it.
  useEffect(() => {
    if (choosing === chose.current) return;
    chose.current = choosing;
    if (!choosing) {
      focusWhenNowhere('.message[tabindex="0"]');
      return;
    }
    const frame = requestAnimationFrame(() => focusIndex(activeNow.current));
    return () => cancelAnimationFrame(frame);
  }, [choosing, focusIndex]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (choosing && event.shiftKey && by !== 0) {
      let next = active + by;
      while (next >= 0 && next < rows.length && rows[next]?.kind !== 'message') next += by;
      const row = rows[next];
      if (row?.kind === 'message') choose(row.message.id, true);
    }
    roving.onKeyDown(event);
  };

  const [menu, setMenu] = useState<{ message: Message; point: MenuPoint } | null>(null);
  const openMenu = useCallback((message: Message, point: MenuPoint) => setMenu({ message, point }), []);
  const focused = useCallback((key: string) => setActiveKey(key), []);

  const newCount = useMemo(() => countNew(messages, seenKey), [messages, seenKey]);
  const down = newCount > 0 ? t('transcript.newMessages', { count: newCount }) : t('transcript.toNewest');

  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: the name is what makes it a region, as the rules fix it */}
      <div
        role="region"
        aria-label={t('transcript.transcript')}
        className="transcript"
        data-settled={settled || undefined}
        ref={container}
      >
        <div
          role="log"
          aria-live="off"
          aria-label={t('transcript.messages')}
          className="log"
          onKeyDown={onKeyDown}
        >
          <VList
            ref={list}
            className="log-scroll"
            data={rows}
            shift={prepending}
            bufferSize={600}
            keepMounted={active >= 0 ? [active] : []}
            onScroll={look}
            onResize={() => {
              if (atEnd.current && !hasNewer) toEnd();
              else look();
            }}
          >
            {(row, index) => {
              switch (row.kind) {
                case 'beginning':
                  return <Beginning key={row.key} conversation={conversation} />;
                case 'line':
                  return (
                    <LineRow key={row.key} at={row.at} day={row.day} now={now} language={i18n.language} />
                  );
                case 'unread':
                  return <UnreadRow key={row.key} count={row.count} />;
                case 'message':
                  return (
                    <MessageItem
                      key={row.key}
                      message={row.message}
                      first={row.first}
                      last={row.last}
                      showName={row.showName}
                      showState={row.showState}
                      group={group}
                      index={index}
                      end={index === rows.length - 1}
                      tabStop={index === active}
                      found={row.message.id === foundId}
                      language={i18n.language}
                      selected={selection === null ? null : selection.ids.has(row.message.id)}
                      onSelect={choose}
                      onMenu={openMenu}
                      onFocused={focused}
                    />
                  );
              }
            }}
          </VList>
        </div>
        {(showDown || newCount > 0) && (
          <button
            type="button"
            className={newCount > 0 ? 'to-newest to-newest-count' : 'to-newest'}
            aria-label={down}
            onClick={() => {
              if (hasNewer) void transcript.openAt(null);
              else toEnd();
            }}
          >
            {newCount > 0 && <span>{down}</span>}
            <ArrowDown aria-hidden="true" />
          </button>
        )}
      </div>
      <Incoming messages={messages} hasNewer={hasNewer} />
      <MessageMenu
        message={
          menu === null ? null : (messages.find(({ key }) => key === menu.message.key) ?? menu.message)
        }
        point={menu?.point ?? null}
        closed={isClosed(conversation)}
        onClose={() => setMenu(null)}
        onReply={composing.reply}
        onEdit={composing.edit}
        onSelect={(message) => {
          setActiveKey(message.key);
          begin(message.id);
        }}
      />
    </>
  );
}

const NONE: Message[] = [];

/** How many received messages lie behind the last one that was seen at the end. */
function countNew(messages: readonly Message[], seenKey: string | null): number {
  if (seenKey === null) return 0;
  let count = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!;
    if (message.key === seenKey) return count;
    if (!message.fromMe) count++;
  }
  return 0;
}
