import { memo, useDeferredValue, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { duration } from '../i18n/format'
import { useLocale } from '../i18n/locale'
import { useText } from './i18n'
import { heardAt, type Segment, type Transcript } from './model'

interface Props {
  transcript: Transcript
  audio: RefObject<HTMLAudioElement | null>
  /** Plays from there; absent where nothing can be played. */
  onHear?: (second: number) => void
}

/** So many are there at once; those of many hours follow when the page stands. */
const FIRST = 100

/** What was said, each stretch at its time. */
export function Segments({ transcript: { segments, language }, audio, onHear }: Props) {
  const t = useText()
  const first = useMemo(() => segments.slice(0, FIRST), [segments])
  const shown = useDeferredValue(segments, first)
  const heard = useHeard(audio, segments)
  // The same function for ever, so that stretches are drawn again only when they change.
  const latest = useRef(onHear)
  useEffect(() => {
    latest.current = onHear
  })
  const hear = useMemo(() => (second: number) => latest.current?.(second), [])
  if (segments.length === 0) return <p className="soft">{t('said.empty')}</p>
  return (
    <ol className="stretches" lang={language ?? undefined}>
      {shown.map((segment, index) => (
        <Stretch
          key={index}
          segment={segment}
          now={index === heard}
          mute={onHear === undefined}
          onHear={hear}
        />
      ))}
    </ol>
  )
}

interface StretchProps {
  segment: Segment
  now: boolean
  mute: boolean
  onHear: (second: number) => void
}

const Stretch = memo(function Stretch({ segment, now, mute, onHear }: StretchProps) {
  const t = useText()
  const locale = useLocale()
  const { start_s, text } = segment
  return (
    <li className="stretch" aria-current={now ? 'true' : undefined}>
      <button
        type="button"
        className="stretch-at"
        lang={locale}
        disabled={mute}
        onClick={() => onHear(start_s)}
      >
        {duration(Math.floor(start_s))}
        <span className="visually-hidden"> {t('said.hear')}</span>
      </button>
      <p>{text.trim()}</p>
    </li>
  )
})

const NEWS = ['timeupdate', 'play', 'seeked', 'ended'] as const

function useHeard(audio: Props['audio'], segments: readonly Segment[]): number {
  const [heard, setHeard] = useState(-1)
  useEffect(() => {
    const { current } = audio
    if (current === null) return
    const look = () => setHeard(heardAt(segments, current.currentTime))
    NEWS.forEach((each) => current.addEventListener(each, look))
    return () => NEWS.forEach((each) => current.removeEventListener(each, look))
  }, [audio, segments])
  return heard
}
