import type { Frame } from '../model'
import { delayBefore } from '../../api/backoff'

export type Link =
  | 'connecting'
  | 'live'
  | 'reconnecting'
  /** The seat is free: join again. */
  | 'unseated'
  /** Sign in again. */
  | 'signedOut'

export interface ConnectionOptions {
  url: (after: number) => string
  token: () => string | null
  /** The last number in order. */
  after: () => number
  onFrame: (frame: Frame) => void
  onLink: (link: Link) => void
}

/** Pings come every 5 s; a line that is silent for three of them is dead. */
const SILENCE_MS = 16_000
const UNSEATED = new Set([4404, 4409])
const SIGNED_OUT = 4401

/** One live socket to a room, for as long as it is open: after every cut it comes back. */
export class Connection {
  private socket: WebSocket | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private attempt = 0
  private closed = false

  constructor(private readonly options: ConnectionOptions) {
    addEventListener('online', this.hurry)
    addEventListener('offline', this.doubt)
    document.addEventListener('visibilitychange', this.hurry)
    options.onLink('connecting')
    this.open()
  }

  /** Listen no more. */
  close(): void {
    this.closed = true
    removeEventListener('online', this.hurry)
    removeEventListener('offline', this.doubt)
    document.removeEventListener('visibilitychange', this.hurry)
    this.drop()
  }

  /** Come back at once, after the last number in order. */
  resume(): void {
    if (this.closed) return
    this.drop()
    this.open()
  }

  private open(): void {
    const token = this.options.token()
    if (token === null) return this.options.onLink('signedOut')
    const url = this.options.url(this.options.after())
    const socket = new WebSocket(url, ['malmoi.v1', `bearer.${token}`])
    this.socket = socket
    socket.onmessage = (message) => this.heard(JSON.parse(String(message.data)) as Frame)
    socket.onclose = (close) => this.ended(close.code)
    this.watch()
  }

  private heard(frame: Frame): void {
    this.watch()
    if (frame.type === 'room.state') {
      this.attempt = 0
      this.options.onLink('live')
    }
    this.options.onFrame(frame)
  }

  private ended(code: number): void {
    this.drop()
    if (code === SIGNED_OUT) return this.options.onLink('signedOut')
    if (UNSEATED.has(code)) return this.options.onLink('unseated')
    this.options.onLink('reconnecting')
    this.again(delayBefore(this.attempt, Math.random()))
    this.attempt += 1
  }

  private again(delay: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.open(), delay)
  }

  private watch(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.ended(0), SILENCE_MS)
  }

  private drop(): void {
    clearTimeout(this.timer)
    const socket = this.socket
    this.socket = null
    if (socket === null) return
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  /** Do not wait for the timer when the network or the page is back. */
  private hurry = (): void => {
    const waiting = this.socket === null && this.timer !== undefined
    if (!this.closed && waiting && document.visibilityState === 'visible') this.resume()
  }

  /** The browser knows of a cut sooner than silence tells. */
  private doubt = (): void => {
    if (this.socket !== null) this.ended(0)
  }
}
