import { useEffect, useRef } from 'react'
import { createStore } from '../app/store'
import { text } from '../i18n'
import type { Message } from './model'
import type { Names } from './people/names'

const SOUND = 'malmoi.sound'
const NOTICE = 'malmoi.notice'

export const soundOn = createStore(localStorage.getItem(SOUND) === 'on')
export const noticeOn = createStore(
  localStorage.getItem(NOTICE) === 'on' &&
    typeof Notification !== 'undefined' &&
    Notification.permission === 'granted',
)

export function setSound(on: boolean): void {
  localStorage.setItem(SOUND, on ? 'on' : 'off')
  soundOn.set(on)
  if (on) chime()
}

/** False when the browser or its owner refuses. */
export async function setNotice(on: boolean): Promise<boolean> {
  const allowed =
    on && typeof Notification !== 'undefined' && (await Notification.requestPermission()) === 'granted'
  localStorage.setItem(NOTICE, allowed ? 'on' : 'off')
  noticeOn.set(allowed)
  return allowed === on
}

/** Two soft tones; no file to load. */
function chime(): void {
  const context = new AudioContext()
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    const at = context.currentTime + index * 0.12
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0.08, at)
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25)
    tone.connect(volume).connect(context.destination)
    tone.start(at)
    tone.stop(at + 0.25)
  }
  setTimeout(() => void context.close(), 800)
}

/** Sound and notification for what others say, as far as the user wants them. */
export function useNotices(messages: readonly Message[], me: string, names: Names): void {
  const seen = useRef<number | null>(null)
  const last = messages.findLast((each) => each.status === 'final' || each.type === 'sign')
  useEffect(() => {
    const before = seen.current
    if (last === undefined) return
    seen.current = Math.max(before ?? 0, last.position)
    if (before === null || last.position <= before || last.sender_user_id === me) return
    if (soundOn.get()) chime()
    if (noticeOn.get() && document.visibilityState === 'hidden') {
      new Notification(names(last.sender_user_id), { body: last.text ?? text('sign.pending') })
    }
  }, [last, me, names])
}
