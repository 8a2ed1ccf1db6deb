import { useEffect, useState } from 'react'
import { Icon } from '../../ui/Icon'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Job } from '../model'
import { useAtPosition, type Playhead } from './playhead'
import { SpeechMap } from './SpeechMap'
import { Waveform } from './Waveform'

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const

/** A browser decodes all of a recording for its picture: minutes of sound, or its memory is full. */
const WAVE_MAX_S = 20 * 60
const WAVE_MAX_BYTES = 50e6

interface Props {
  playhead: Playhead
  detail: Job
}

export function Player({ playhead, detail: { job, transcript } }: Props) {
  const t = useText()
  const playing = playhead.playing.use()
  const { undecodable, measuredS } = useMedia(playhead.audio)
  // As the worker measured it: a browser's recording does not say.
  const length = transcript?.duration_s ?? job.audio_s ?? measuredS
  const short = length !== null && length <= WAVE_MAX_S && job.audio_bytes <= WAVE_MAX_BYTES
  if (undecodable) {
    return (
      <div className="trouble">
        <p className="trouble-title">{t('player.missing')}</p>
        <p>{t('player.undecodable')}</p>
      </div>
    )
  }
  return (
    <div className="listening">
      {short && <Waveform playhead={playhead} />}
      {!short && length !== null && transcript !== null && (
        <SpeechMap playhead={playhead} segments={transcript.segments} lengthS={length} />
      )}
      <div className="listening-bar">
        <button
          type="button"
          className="icon-button listening-play"
          aria-label={playing ? t('player.pause') : t('player.play')}
          onClick={() => playhead.toggle()}
        >
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
        <Seek playhead={playhead} length={length ?? 0} />
        <Speed playhead={playhead} />
      </div>
    </div>
  )
}

function Seek({ playhead, length }: { playhead: Playhead; length: number }) {
  const t = useText()
  const format = useFormat()
  const tenth = useAtPosition(playhead, (second) => Math.round(second * 10) / 10)
  const told = `${format.place(tenth)} / ${format.place(length)}`
  return (
    <>
      <input
        type="range"
        min={0}
        max={Math.max(length, 0.1)}
        step={0.1}
        value={Math.min(tenth, Math.max(length, 0.1))}
        aria-label={t('player.seek')}
        aria-valuetext={told}
        onChange={(event) => playhead.seek(Number(event.target.value))}
      />
      <span className="listening-time" aria-hidden="true">
        {told}
      </span>
    </>
  )
}

function Speed({ playhead }: { playhead: Playhead }) {
  const t = useText()
  const format = useFormat()
  return (
    <select
      aria-label={t('player.speed')}
      defaultValue={1}
      onChange={(event) => playhead.hasten(Number(event.target.value))}
    >
      {SPEEDS.map((speed) => (
        <option key={speed} value={speed}>
          {format.count(speed, 2)}×
        </option>
      ))}
    </select>
  )
}

function useMedia(audio: HTMLAudioElement) {
  const [undecodable, setUndecodable] = useState(false)
  const [measuredS, setMeasuredS] = useState<number | null>(null)
  useEffect(() => {
    const failed = () => setUndecodable(audio.error !== null)
    const known = () => setMeasuredS(Number.isFinite(audio.duration) ? audio.duration : null)
    audio.addEventListener('error', failed)
    audio.addEventListener('durationchange', known)
    return () => {
      audio.removeEventListener('error', failed)
      audio.removeEventListener('durationchange', known)
    }
  }, [audio])
  return { undecodable, measuredS }
}
