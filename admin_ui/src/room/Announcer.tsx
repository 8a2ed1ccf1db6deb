import { useEffect, useRef, useState } from 'react'
import { useText, type T } from '../i18n'
import type { Message } from './model'
import { useNames, type Names } from './people/names'

interface Props {
  messages: readonly Message[]
  speaker: string | null
  me: string
}

/** Tells screen readers what the eye would notice: new messages, and whose turn it is. */
export function Announcer({ messages, speaker, me }: Props) {
  const t = useText()
  const names = useNames()
  const [said, setSaid] = useState('')
  const last = messages.findLast((each) => each.status === 'final')
  const heard = useRef<{ id: string | undefined } | null>(null)
  useEffect(() => {
    const first = heard.current === null
    const known = heard.current?.id === last?.message_id
    heard.current = { id: last?.message_id }
    if (first || known || last === undefined || last.sender_user_id === me) return
    setSaid(t('announce.said', { name: names(last.sender_user_id), text: last.text ?? '' }))
  }, [last, me, names, t])
  return (
    <div className="visually-hidden">
      <p aria-live="polite">{said}</p>
      <p aria-live="polite">{turnText(speaker, me, names, t)}</p>
    </div>
  )
}

function turnText(speaker: string | null, me: string, names: Names, t: T): string {
  if (speaker === null) return t('announce.free')
  if (speaker === me) return t('announce.mine')
  return t('announce.speaker', { name: names(speaker) })
}
