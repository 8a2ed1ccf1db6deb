import { useEffect, useState, type RefObject } from 'react'
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

/** What was said, each stretch at its time. */
export function Segments({ transcript: { segments, language }, audio, onHear }: Props) {
  const t = useText()
  const locale = useLocale()
  const heard = useHeard(audio, segments)
  if (segments.length === 0) return <p className="soft">{t('said.empty')}</p>
  return (
    <ol className="stretches" lang={language ?? undefined}>
      {segments.map(({ start_s, text }, index) => (
        <li key={index} className="stretch" aria-current={index === heard ? 'true' : undefined}>
          <button
            type="button"
            className="stretch-at"
            lang={locale}
            disabled={onHear === undefined}
            onClick={() => onHear?.(start_s)}
          >
            {duration(Math.floor(start_s))}
            <span className="visually-hidden"> {t('said.hear')}</span>
          </button>
          <p>{text.trim()}</p>
        </li>
      ))}
    </ol>
  )
}

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
