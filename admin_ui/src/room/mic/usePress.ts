import { useEffect, useRef, type MouseEvent, type PointerEvent } from 'react'
import type { Mic, MicEvent } from './states'

/** Held longer than this it is hold-to-talk; shorter, it is a click that starts and another that
 * stops. */
const HOLD_MS = 350

const TYPING = 'input, textarea, select, button, summary, a, audio, video, [role^="menu"], [role="dialog"]'

const takesSpace = (target: EventTarget | null, own: Element | null): boolean =>
  target instanceof Element && target.closest(TYPING) !== null && target.closest('button') !== own

/** Pointer, space bar and click on the mic button, all with the same meaning. */
export function usePress(mic: Mic, dispatch: (event: MicEvent) => void) {
  const button = useRef<HTMLButtonElement>(null)
  const since = useRef<number | null>(null)
  const state = useRef(mic.at.name)
  useEffect(() => {
    state.current = mic.at.name
  })

  const toggle = () => {
    const running = state.current === 'recording' || state.current === 'requesting'
    dispatch({ type: running ? 'stop' : 'press' })
    return !running
  }
  const down = () => {
    since.current = toggle() ? performance.now() : null
  }
  const up = () => {
    const held = since.current
    since.current = null
    if (held !== null && performance.now() - held > HOLD_MS) dispatch({ type: 'stop' })
  }
  const acts = useRef({ down, up })
  useEffect(() => {
    acts.current = { down, up }
  })

  useEffect(() => {
    const released = () => acts.current.up()
    const keyDown = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || takesSpace(event.target, button.current)) return
      event.preventDefault()
      if (!event.repeat && button.current?.disabled === false) acts.current.down()
    }
    const keyUp = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || takesSpace(event.target, button.current)) return
      event.preventDefault()
      acts.current.up()
    }
    addEventListener('pointerup', released)
    addEventListener('pointercancel', released)
    addEventListener('keydown', keyDown)
    addEventListener('keyup', keyUp)
    return () => {
      removeEventListener('pointerup', released)
      removeEventListener('pointercancel', released)
      removeEventListener('keydown', keyDown)
      removeEventListener('keyup', keyUp)
    }
  }, [])

  return {
    ref: button,
    onPointerDown: (event: PointerEvent) => {
      if (event.button === 0) down()
    },
    // A click without a pointer: Enter, or a screen reader.
    onClick: (event: MouseEvent) => {
      if (event.detail === 0) toggle()
    },
    onContextMenu: (event: MouseEvent) => event.preventDefault(),
  }
}
