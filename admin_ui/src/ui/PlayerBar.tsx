import { useEffect, useState, type RefObject } from 'react'
import { useText } from '../i18n'
import { duration } from '../i18n/format'
import { Icon } from './Icon'
import './player.css'

interface Props {
  audio: RefObject<HTMLAudioElement | null>
  /** Of the whole recording: browsers do not know it of what they recorded themselves. */
  seconds: number
  onSeek: (second: number) => void
}

/** Play, pause and seek. */
export function PlayerBar({ audio, seconds, onSeek }: Props) {
  const t = useText()
  const { at, playing } = usePlaying(audio)
  const whole = Math.max(seconds, at)
  const toggle = () => {
    const { current } = audio
    if (current === null) return
    if (current.paused) void current.play()
    else current.pause()
  }
  return (
    <div className="player">
      <button
        type="button"
        className="icon-button"
        aria-label={playing ? t('said.player.pause') : t('said.player.play')}
        onClick={toggle}
      >
        <Icon name={playing ? 'pause' : 'play'} size={16} />
      </button>
      <input
        type="range"
        min={0}
        max={whole}
        step={0.1}
        value={at}
        aria-label={t('said.audio')}
        aria-valuetext={t('said.position', { at: duration(at), whole: duration(whole) })}
        onChange={(event) => onSeek(event.target.valueAsNumber)}
      />
      <span aria-hidden="true">{duration(Math.max(0, whole - at))}</span>
    </div>
  )
}

const NEWS = ['timeupdate', 'play', 'pause', 'ended', 'seeked'] as const

function usePlaying(audio: Props['audio']): { at: number; playing: boolean } {
  const [state, setState] = useState({ at: 0, playing: false })
  useEffect(() => {
    const { current } = audio
    if (current === null) return
    const look = () => setState({ at: current.currentTime, playing: !current.paused })
    NEWS.forEach((each) => current.addEventListener(each, look))
    return () => NEWS.forEach((each) => current.removeEventListener(each, look))
  }, [audio])
  return state
}
