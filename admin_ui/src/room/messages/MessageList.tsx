import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, type RefObject } from 'react'
import { useText } from '../../i18n'
import { day } from '../../i18n/format'
import { useLocale } from '../../i18n/locale'
import { Button } from '../../ui/Button'
import { Icon } from '../../ui/Icon'
import type { Message } from '../model'
import type { History } from '../story/useHistory'
import { MessageRow, type MessageActions } from './MessageRow'

export interface MessageListProps extends MessageActions {
  messages: readonly Message[]
  history: History
  me: string
  /** What scrolls, and takes the focus of a message that goes. */
  box: RefObject<HTMLDivElement | null>
}

const ROW_PX = 92
const END_PX = 12
/** Closer than this to the end, new messages are followed. */
const NEAR_PX = 120
/** Closer than this to the beginning, older messages are fetched. */
const EARLY_PX = 400

/** However long the conversation: only what is on the screen is drawn. */
export function MessageList({ messages, history, me, box, ...actions }: MessageListProps) {
  const t = useText()
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => messages[index]?.message_id ?? index,
    overscan: 8,
    paddingEnd: END_PX,
    // Older messages that come in above move nothing; new ones are followed.
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_PX,
  })
  // A room opens with what was said last.
  useLayoutEffect(() => rows.scrollToEnd(), [rows])
  const size = rows.getTotalSize()
  const atEnd = rows.isAtEnd(NEAR_PX)
  useEffect(() => {
    const { current } = box
    if (!atEnd || current === null) return
    const height = current.clientHeight
    // The dock grew: what was to be read stays to be read.
    const watch = new ResizeObserver(() => current.clientHeight !== height && rows.scrollToEnd())
    watch.observe(current)
    return () => watch.disconnect()
  }, [box, rows, atEnd])

  const { more, loading, older, loaded } = history
  const onScroll = () => {
    const early = (box.current?.scrollTop ?? 0) < EARLY_PX
    if (early && loaded && more && !loading) older()
  }
  useEffect(() => {
    const height = box.current?.clientHeight ?? 0
    // A first page that does not fill the screen cannot be scrolled.
    if (size < height && loaded && more && !loading) older()
  }, [box, size, loaded, more, loading, older])

  if (loaded && messages.length === 0) return <Nothing />
  return (
    <div className="talk">
      <HistoryEdge history={history} />
      <div
        ref={box}
        className="talk-scroll"
        role="region"
        aria-label={t('talk.label')}
        // Scrolling with the arrow keys needs the focus.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={onScroll}
      >
        <ol className="talk-rows" style={{ height: size }}>
          {rows.getVirtualItems().map((item) => {
            const message = messages[item.index]
            if (message === undefined) return null
            return (
              <li
                key={item.key}
                data-index={item.index}
                ref={rows.measureElement}
                className="talk-row"
                style={{ transform: `translateY(${item.start}px)` }}
                aria-setsize={messages.length}
                aria-posinset={item.index + 1}
              >
                <DayLine message={message} before={messages[item.index - 1]} />
                <MessageRow message={message} mine={message.sender_user_id === me} {...actions} />
              </li>
            )
          })}
        </ol>
      </div>
      {!atEnd && (
        <button
          type="button"
          className="talk-down"
          aria-label={t('talk.toEnd')}
          onClick={() => rows.scrollToEnd()}
        >
          <Icon name="down" />
        </button>
      )}
    </div>
  )
}

function HistoryEdge({ history }: { history: History }) {
  const t = useText()
  if (history.failed) {
    return (
      <p className="talk-edge">
        {t('talk.failed')} <Button onClick={history.older}>{t('talk.again')}</Button>
      </p>
    )
  }
  return history.loading ? <p className="talk-edge soft">{t('talk.loading')}</p> : null
}

function DayLine({ message, before }: { message: Message; before: Message | undefined }) {
  const locale = useLocale()
  const today = day(message.created_at, locale)
  if (before !== undefined && day(before.created_at, locale) === today) return null
  return <p className="talk-day">{today}</p>
}

function Nothing() {
  const t = useText()
  return (
    <div className="talk-empty">
      <Icon name="mic" size={40} />
      <h2>{t('talk.empty.title')}</h2>
      <p>{t('talk.empty.text')}</p>
    </div>
  )
}
