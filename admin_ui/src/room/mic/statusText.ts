import type { T } from '../../i18n'
import type { Mic } from './states'
import { micLabel } from './MicButton'

const touch = matchMedia('(pointer: coarse)').matches

/** The line below the microphone: what is going on, or what to do. */
export function statusText(mic: Mic, speakerName: string, t: T): string {
  const { at, offer, place } = mic
  if (at.name === 'idle' && offer === null) return t(touch ? 'mic.hintTouch' : 'mic.hint')
  if (at.name === 'idle' && offer === 'me') return t('hand.yours')
  if (at.name === 'recording') return t('mic.recordingHint')
  if (at.name === 'holding' && !at.starting) return t('mic.holdingHint')
  if (at.name === 'disabled' && place !== null) return t('hand.waiting', { name: speakerName, place })
  return micLabel(mic, speakerName, t)
}
