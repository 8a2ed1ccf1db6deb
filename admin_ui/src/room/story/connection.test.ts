import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connection, type Link } from './connection'
import { frame, room } from '../examples'

class FakeSocket {
  static all: FakeSocket[] = []
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  closed = false
  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.all.push(this)
  }
  close() {
    this.closed = true
  }
  says(said: object) {
    this.onmessage?.({ data: JSON.stringify(said) })
  }
}

let links: Link[]
let seq: number
let open: Connection | null

function connect(token: string | null = 'secret'): void {
  open = new Connection({
    url: (after) => `ws://here?after=${after}`,
    token: () => token,
    after: () => seq,
    onFrame: (told) => (seq = told.seq),
    onLink: (link) => links.push(link),
  })
}

const socket = (): FakeSocket => FakeSocket.all.at(-1) as FakeSocket
const state = frame(10, 'room.state', room())

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.spyOn(Math, 'random').mockReturnValue(1)
  FakeSocket.all = []
  links = []
  seq = 0
})
afterEach(() => {
  open?.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a connection', () => {
  it('signs in by subprotocol, and is live with the first state', () => {
    connect()
    expect(socket().protocols).toEqual(['malmoi.v1', 'bearer.secret'])
    socket().says(state)
    expect(links).toEqual(['connecting', 'live'])
  })

  it('comes back after the last number, later each time, until it is live again', () => {
    connect()
    socket().says(state)
    for (const wait of [500, 1000, 2000]) {
      socket().onclose?.({ code: 1006 })
      vi.advanceTimersByTime(wait - 1)
      const before = FakeSocket.all.length
      vi.advanceTimersByTime(1)
      expect(FakeSocket.all).toHaveLength(before + 1)
    }
    expect(socket().url).toBe('ws://here?after=10')
    socket().says(state)
    socket().onclose?.({ code: 1012 })
    vi.advanceTimersByTime(500)
    expect(FakeSocket.all).toHaveLength(5)
    expect(links.at(-1)).toBe('reconnecting')
  })

  it.each([
    [4401, 'signedOut'],
    [4404, 'unseated'],
    [4409, 'unseated'],
  ] as const)('does not come back after %i, but says %s', (code, link) => {
    connect()
    socket().onclose?.({ code })
    vi.advanceTimersByTime(60_000)
    expect(links.at(-1)).toBe(link)
    expect(FakeSocket.all).toHaveLength(1)
  })

  it.each([1009, 1012, 1013, 4408, 4429])('comes back after %i', (code) => {
    connect()
    socket().onclose?.({ code })
    vi.advanceTimersByTime(500)
    expect(FakeSocket.all).toHaveLength(2)
  })

  it('gives up a line that has been silent for three pings', () => {
    connect()
    socket().says(state)
    vi.advanceTimersByTime(15_000)
    socket().says(frame(10, 'ping'))
    vi.advanceTimersByTime(15_000)
    expect(links.at(-1)).toBe('live')
    vi.advanceTimersByTime(2000)
    expect(FakeSocket.all[0]?.closed).toBe(true)
    expect(FakeSocket.all).toHaveLength(2)
  })

  it('asks at once for what a gap left out', () => {
    connect()
    socket().says(state)
    open?.resume()
    expect(FakeSocket.all.map((each) => each.closed)).toEqual([true, false])
    expect(socket().url).toBe('ws://here?after=10')
  })

  it('notices a cut that the browser tells, and does not wait when it is back', () => {
    connect()
    dispatchEvent(new Event('offline'))
    expect(links.at(-1)).toBe('reconnecting')
    dispatchEvent(new Event('online'))
    expect(FakeSocket.all).toHaveLength(2)
  })

  it('says so where there is no token', () => {
    connect(null)
    expect(links).toEqual(['connecting', 'signedOut'])
    expect(FakeSocket.all).toEqual([])
  })

  it('is over when it is closed', () => {
    connect()
    open?.close()
    vi.advanceTimersByTime(60_000)
    dispatchEvent(new Event('online'))
    expect(FakeSocket.all).toHaveLength(1)
  })
})
