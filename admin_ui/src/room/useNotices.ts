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

/** Why there are no notices: the browser or its owner refuses, or pages cannot make any. */
export type NoNotice = 'refused' | 'unavailable'

export async function setNotice(on: boolean): Promise<NoNotice | null> {
  const why = on ? await hindrance() : null
  keepNotice(on && why === null)
  return why
}

function keepNotice(on: boolean): void {
  localStorage.setItem(NOTICE, on ? 'on' : 'off')
  noticeOn.set(on)
}

async function hindrance(): Promise<NoNotice | null> {
  if (typeof Notification === 'undefined') return 'unavailable'
  if ((await Notification.requestPermission()) !== 'granted') return 'refused'
  const trial = notify(text('menu.notice'), { silent: true })
  trial?.close()
  return trial === null ? 'unavailable' : null
}

/** Null in Chrome on Android, which leaves notifications to service workers. */
function notify(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
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
      const body = last.text ?? text('sign.pending')
      // Turned on in an earlier visit, before the browser changed its mind.
      if (notify(names(last.sender_user_id), { body }) === null) keepNotice(false)
    }
  }, [last, me, names])
}
