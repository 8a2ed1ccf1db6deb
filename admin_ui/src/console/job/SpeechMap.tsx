import { useMemo } from 'react'
import { useText } from '../i18n'
import { columns } from '../speech'
import type { Segment } from '../transcript'
import { useAtPosition, type Playhead } from './playhead'

const WIDTH = 600
const HEIGHT = 40

interface Props {
  playhead: Playhead
  segments: readonly Segment[]
  lengthS: number
}

/** Where somebody speaks in a recording that is too long for a waveform. */
export function SpeechMap({ playhead, segments, lengthS }: Props) {
  const t = useText()
  const path = useMemo(() => drawn(segments, lengthS), [segments, lengthS])
  const at = useAtPosition(playhead, (second) => Math.round((second / lengthS) * WIDTH))
  return (
    <svg
      className="speech-map"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('player.map')}
    >
      <path className="speech-map-said" d={path} />
      <path className="speech-map-now" d={`M${at} 0V${HEIGHT}`} />
    </svg>
  )
}

function drawn(segments: readonly Segment[], lengthS: number): string {
  return columns(segments, lengthS, WIDTH)
    .map((share, x) => bar(x, share))
    .join('')
}

function bar(x: number, share: number): string {
  if (share === 0) return ''
  const half = Math.max(1, (share * (HEIGHT - 8)) / 2)
  return `M${x} ${HEIGHT / 2 - half}v${2 * half}h1v${-2 * half}z`
}
