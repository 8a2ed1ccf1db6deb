import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { signIn, signOut } from '../app/session'
import { follow, type Told } from './follow'

const asked: Request[] = []
const told: Told[] = []
const stop = new AbortController()

const event = (id: number, type: string, payload: object = {}) =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ type, payload, seq: id })}\n\n`

type Answer = Response | Error | ((request: Request) => Response)

/** An answer in these pieces; without `end` the line stays open until the asker cuts it. */
const stream =
  (pieces: readonly (string | Uint8Array)[], { end = true } = {}) =>
  ({ signal }: Request): Response => {
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      start(line) {
        signal.addEventListener('abort', () => !end && line.error(signal.reason))
        for (const each of pieces) line.enqueue(typeof each === 'string' ? encoder.encode(each) : each)
        if (end) line.close()
      },
    })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  }

/** The gateway's answers, one for each time that it is asked. */
function answers(...given: Answer[]): void {
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request)
    const next = given.shift() ?? new Response(null, { status: 204 })
    if (next instanceof Error) throw next
    return typeof next === 'function' ? next(request) : next
  })
}

async function followed(): Promise<string[]> {
  const going = follow('j', (each) => told.push(each), stop.signal)
  await Promise.all([going, vi.advanceTimersByTimeAsync(60_000)])
  return told.map(({ type }) => type)
}
const lastIds = () => asked.map(({ headers }) => headers.get('Last-Event-ID'))

beforeEach(() => {
  vi.useFakeTimers()
  signIn('secret')
  asked.length = told.length = 0
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  signOut()
})

describe('following a job', () => {
  it('carries the token, and ends with the job', async () => {
    answers(stream([event(1, 'job.running'), event(2, 'job.completed'), event(3, 'more')]))
    expect(await followed()).toEqual(['job.running', 'job.completed'])
    expect(asked).toHaveLength(1)
    expect(new URL(asked[0]?.url ?? '').pathname).toBe('/api/jobs/j/events')
    expect(asked[0]?.headers.get('Authorization')).toBe('Bearer secret')
    expect(asked[0]?.headers.has('Last-Event-ID')).toBe(false)
  })

  it('understands what is cut anywhere, in a line or in a letter', async () => {
    const whole = new TextEncoder().encode(
      event(1, 'job.progress', { percent: 40, stage: '받아쓰기' }) + event(2, 'job.failed'),
    )
    answers(stream([...whole].map((byte) => Uint8Array.of(byte))))
    expect(await followed()).toEqual(['job.progress', 'job.failed'])
    expect(told[0]?.payload).toEqual({ percent: 40, stage: '받아쓰기' })
  })

  it('hears no event in comments and strange fields', async () => {
    const noise = ': still here\n\nretry: 3\n\n'
    answers(stream([noise + event(1, 'job.running').replaceAll('\n', '\r\n'), noise, event(2, 'job.cancelled')]))
    expect(await followed()).toEqual(['job.running', 'job.cancelled'])
  })

  it('comes back after a cut, after the last whole event', async () => {
    answers(
      stream([event(1, 'job.running'), event(2, 'job.progress', { percent: 9 }), 'id: 3\nevent: job.pro']),
      new TypeError('the network is away'),
      Response.json({ code: 'UNAVAILABLE' }, { status: 503 }),
      stream([event(3, 'job.progress', { percent: 20 }), event(4, 'job.completed')]),
    )
    expect(await followed()).toEqual(['job.running', 'job.progress', 'job.progress', 'job.completed'])
    expect(lastIds()).toEqual([null, '2', '2', '2'])
  })

  it('takes a line that says nothing any more for cut', async () => {
    answers(stream([event(1, 'job.running')], { end: false }), stream([event(2, 'job.completed')]))
    expect(await followed()).toEqual(['job.running', 'job.completed'])
    expect(lastIds()).toEqual([null, '1'])
  })

  it('stops where everything has been heard', async () => {
    answers(stream([event(1, 'job.running')]), new Response(null, { status: 204 }))
    expect(await followed()).toEqual(['job.running'])
    expect(asked).toHaveLength(2)
  })

  it('stops where there is no such job', async () => {
    answers(Response.json({ code: 'NOT_FOUND' }, { status: 404 }))
    const going = follow('j', () => undefined, stop.signal)
    await expect(going).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(asked).toHaveLength(1)
  })

  it('stops when nobody listens any more', async () => {
    const nobody = new AbortController()
    answers(stream([event(1, 'job.running')], { end: false }))
    const going = follow('j', () => nobody.abort(), nobody.signal)
    await Promise.all([going, vi.advanceTimersByTimeAsync(60_000)])
    expect(asked).toHaveLength(1)
  })
})
