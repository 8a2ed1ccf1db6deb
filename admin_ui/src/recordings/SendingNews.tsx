import { useEffect, useRef, useState } from 'react'
import { useText, type TextKey } from './i18n'
import type { Sending } from './outbox'

/** Often enough to wait by, seldom enough to listen to. */
const STEP_PERCENT = 25

/** Tells screen readers how far large files are: each quarter, and when they stop or arrive. */
export function SendingNews({ sending }: { sending: readonly Sending[] }) {
  const t = useText()
  const [said, setSaid] = useState('')
  const heard = useRef<ReadonlyMap<string, string>>(new Map())
  useEffect(() => {
    const before = heard.current
    heard.current = new Map(sending.map((each) => [each.id, stateOf(each)]))
    const changed = sending.findLast(
      (each) => before.has(each.id) && before.get(each.id) !== stateOf(each),
    )
    const news = changed === undefined ? undefined : newsOf(changed)
    if (changed === undefined || news === undefined) return
    setSaid(t(news, { name: changed.name, percent: quarterOf(changed) }))
  }, [sending, t])
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  )
}

const quarterOf = ({ part }: Sending): number =>
  Math.floor((part * 100) / STEP_PERCENT) * STEP_PERCENT

const stateOf = (sending: Sending): string =>
  sending.phase === 'uploading' ? `${quarterOf(sending)}` : sending.phase

/** What failed says so itself. */
function newsOf(sending: Sending): TextKey | undefined {
  switch (sending.phase) {
    case 'uploading':
      return quarterOf(sending) > 0 ? 'news.percent' : undefined
    case 'paused':
      return 'news.paused'
    case 'arrived':
      return 'news.arrived'
    default:
      return undefined
  }
}
