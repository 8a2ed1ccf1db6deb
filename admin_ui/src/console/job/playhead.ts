import { useEffect, useState, useSyncExternalStore } from 'react'
import { createStore } from '../../app/store'

const CHANGES = ['play', 'pause', 'ended', 'seeked'] as const

/** A recording being heard. Its position moves with every frame while it plays. */
export class Playhead {
  readonly audio = new Audio()
  readonly position = createStore(0)
  readonly playing = createStore(false)
  #frame = 0

  constructor() {
    this.audio.preload = 'metadata'
  }

  /** Takes up the recording at this address, until the returned function is called. */
  load(source: string): () => void {
    this.audio.src = source
    for (const each of CHANGES) this.audio.addEventListener(each, this.#changed)
    return () => {
      cancelAnimationFrame(this.#frame)
      for (const each of CHANGES) this.audio.removeEventListener(each, this.#changed)
      this.audio.pause()
      this.audio.removeAttribute('src')
    }
  }

  play(): void {
    // Refused by the browser or undecodable: the button shows that it does not play.
    this.audio.play().catch(() => this.playing.set(false))
  }

  toggle(): void {
    if (this.audio.paused) this.play()
    else this.audio.pause()
  }

  seek(second: number): void {
    this.audio.currentTime = second
    this.position.set(second)
  }

  /** Plays from there. */
  hear(second: number): void {
    this.seek(second)
    this.play()
  }

  hasten(speed: number): void {
    // Both, or another source would begin at the old speed.
    this.audio.playbackRate = speed
    this.audio.defaultPlaybackRate = speed
  }

  #changed = (): void => {
    this.playing.set(!this.audio.paused)
    cancelAnimationFrame(this.#frame)
    this.#follow()
  }

  #follow = (): void => {
    this.position.set(this.audio.currentTime)
    if (!this.audio.paused) this.#frame = requestAnimationFrame(this.#follow)
  }
}

export function usePlayhead(source: string | undefined): Playhead {
  const [playhead] = useState(() => new Playhead())
  useEffect(() => (source === undefined ? undefined : playhead.load(source)), [playhead, source])
  return playhead
}

/** What `of` makes of the position; the component is redrawn only when that changes. */
export function useAtPosition<T>({ position }: Playhead, of: (second: number) => T): T {
  return useSyncExternalStore(position.subscribe, () => of(position.get()))
}
