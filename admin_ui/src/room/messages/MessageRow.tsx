import { memo } from 'react'
import { useText } from '../../i18n'
import { clock, duration, languageName } from '../../i18n/format'
import { useLocale } from '../../i18n/locale'
import { Badge } from '../../ui/Badge'
import { Icon } from '../../ui/Icon'
import { Menu, type MenuItem } from '../../ui/Menu'
import { useReason } from '../mic/reason'
import type { Message } from '../model'
import { useNames } from '../people/names'
import { SignVideoView } from '../sign/SignVideoView'
import { Player } from './Player'

export interface MessageActions {
  onCopy: (message: Message) => void
  onEdit: (message: Message) => void
  onDelete: (message: Message) => void
}

interface Props extends MessageActions {
  message: Message
  mine: boolean
}

export const MessageRow = memo(function MessageRow({ message, mine, ...actions }: Props) {
  const t = useText()
  const locale = useLocale()
  const names = useNames()
  return (
    <article className={mine ? 'said said-mine' : 'said'} aria-label={names(message.sender_user_id)}>
      <header className="said-head">
        <strong>{names(message.sender_user_id)}</strong>
        <time dateTime={message.created_at}>{clock(message.created_at, locale)}</time>
        {message.language !== null && message.language !== undefined && (
          <span>{languageName(message.language, locale)}</span>
        )}
        {typeof message.duration_s === 'number' && <span>{duration(message.duration_s)}</span>}
        {typeof message.edited_at === 'string' && <span>{t('said.edited')}</span>}
      </header>
      <div className="said-body">
        <div className="said-bubble">
          <Content message={message} mine={mine} />
        </div>
        <Actions message={message} mine={mine} {...actions} />
      </div>
      {mine && <Original message={message} />}
    </article>
  )
})

function Content({ message, mine }: { message: Message; mine: boolean }) {
  const t = useText()
  const reason = useReason()
  if (message.type === 'sign') return <SignVideoView message={message} mine={mine} />
  if (message.status === 'pending') {
    return (
      <p className="said-text said-pending">
        <span className="dots" aria-hidden="true" />
        {t('said.pending')}
      </p>
    )
  }
  if (message.status === 'failed') {
    return (
      <div className="said-text">
        <Badge tone="bad">{t('said.failed')}</Badge> {mine && reason(message.code ?? '')}
      </div>
    )
  }
  return <Player message={message} />
}

/** What was recognised before its sender mended it; nobody else is told. */
function Original({ message }: { message: Message }) {
  const t = useText()
  if (typeof message.original_text !== 'string' || message.original_text === message.text) return null
  return (
    <details className="said-original">
      <summary>{t('said.original')}</summary>
      <p>{message.original_text}</p>
    </details>
  )
}

function Actions({ message, mine, onCopy, onEdit, onDelete }: Props) {
  const t = useText()
  const final = message.status === 'final'
  const items: MenuItem[] = []
  if (final) items.push({ label: t('said.copy'), onSelect: () => onCopy(message) })
  if (final && mine) items.push({ label: t('said.edit'), onSelect: () => onEdit(message) })
  if (mine && (final || message.type === 'sign')) {
    items.push({ label: t('said.delete'), onSelect: () => onDelete(message), danger: true })
  }
  if (items.length === 0) return null
  return (
    <Menu
      trigger={
        <button type="button" className="icon-button said-more" aria-label={t('said.more')}>
          <Icon name="more" />
        </button>
      }
      items={items}
    />
  )
}
