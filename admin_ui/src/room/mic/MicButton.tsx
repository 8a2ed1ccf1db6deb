import { useState } from 'react'
import { useText, type T } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { ELSEWHERE, type Mic, type MicEvent } from './states'
import { Ring } from './Ring'
import { usePress } from './usePress'

export interface MicButtonProps {
  mic: Mic
  dispatch: (event: MicEvent) => void
  /** Of whoever speaks or is offered the baton. */
  speakerName: string
  /** Milliseconds of the turn that are left; null when nobody knows. */
  left: number | null
}

export function micLabel(mic: Mic, speakerName: string, t: T): string {
  const { at } = mic
  if (at.name === 'disabled') {
    return at.speaker === ELSEWHERE ? t('mic.elsewhere') : t('mic.disabled', { name: speakerName })
  }
  if (at.name === 'idle' && mic.offer === 'other') return t('mic.offered', { name: speakerName })
  if (at.name === 'holding' && at.starting) return t('mic.requesting')
  return t(`mic.${at.name}`)
}

export const canPress = (mic: Mic): boolean =>
  !(mic.at.name === 'disabled' && mic.at.speaker !== ELSEWHERE) &&
  mic.at.name !== 'uploading' &&
  !(mic.at.name === 'idle' && mic.offer === 'other')

export function MicButton({ mic, dispatch, speakerName, left }: MicButtonProps) {
  const t = useText()
  const press = usePress(mic, dispatch)
  const part = useShare(left)
  const { at } = mic
  const label = micLabel(mic, speakerName, t)
  return (
    <div className={`mic mic-${at.name}`}>
      {part !== null && (at.name !== 'idle' || mic.offer === 'me') && <Ring part={part} />}
      <button
        type="button"
        className="mic-button"
        aria-label={label}
        aria-busy={at.name === 'requesting' || at.name === 'uploading' || undefined}
        data-state={at.name}
        data-testid="mic"
        disabled={!canPress(mic)}
        {...press}
      >
        <Icon name={at.name === 'recording' ? 'stop' : 'mic'} size={34} />
      </button>
    </div>
  )
}

/** Of the longest that was left in this turn. */
function useShare(left: number | null): number | null {
  const [whole, setWhole] = useState(0)
  const longest = left === null ? 0 : Math.max(whole, left)
  if (longest !== whole) setWhole(longest)
  return left === null ? null : left / Math.max(1, longest)
}
