import { useEffect, useState } from 'react'
import { useText } from '../../i18n'
import { watchLevel } from './level'

const BARS = [0.35, 0.6, 0.85, 1, 0.85, 0.6, 0.35]

/** Shows that the microphone hears something. */
export function LevelMeter({ stream }: { stream: MediaStream }) {
  const t = useText()
  const [level, setLevel] = useState(0)
  useEffect(() => watchLevel(stream, setLevel), [stream])
  return (
    <div
      className="level"
      role="meter"
      aria-label={t('mic.level')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
    >
      {BARS.map((weight, index) => (
        <span key={index} style={{ height: `${4 + 22 * level * weight}px` }} />
      ))}
    </div>
  )
}
