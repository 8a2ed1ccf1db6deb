import { delayBefore } from '../api/backoff'
import { API, request } from '../api/client'
import { Problem, unreachable } from '../api/problem'
import { eventsOf } from './serverSent'

export interface Told {
  type: string
  payload: Readonly<Record<string, unknown>>
}

/** The gateway says something every 5 s; a line that is silent for three of them is dead. */
const SILENCE_MS = 16_000
const NOTHING_MORE = 204
const ENDS = new Set(['job.completed', 'job.failed', 'job.cancelled'])

/** Tells what happens to a job until its end, over any number of cuts.
 *
 * An EventSource could not carry the token. Rejects with a `Problem` where coming back is no use. */
export async function follow(
  jobId: string,
  onTold: (told: Told) => void,
  signal: AbortSignal,
): Promise<void> {
  const heard = { last: '', attempt: 0 }
  const hear = (id: string, told: Told) => {
    heard.last = id
    heard.attempt = 0
    onTold(told)
  }
  while (!signal.aborted) {
    const ended = await listen(jobId, heard.last, hear, signal).catch(recoverable)
    if (ended) return
    await pause(delayBefore(heard.attempt, Math.random()), signal)
    heard.attempt += 1
  }
}

/** One connection; whether the job has ended. */
async function listen(
  jobId: string,
  last: string,
  hear: (id: string, told: Told) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const line = watched(signal)
  try {
    const headers = last === '' ? {} : { 'Last-Event-ID': last }
    const url = `${location.origin}${API}/jobs/${jobId}/events`
    const answer = await request(url, { headers, signal: line.signal, cache: 'no-store' })
    if (answer.status === NOTHING_MORE || answer.body === null) return true
    for await (const { id, type, data } of eventsOf(answer.body, line.alive)) {
      if (signal.aborted) return true
      hear(id, { type, payload: payloadOf(data) })
      if (ENDS.has(type)) return true
    }
    return signal.aborted
  } finally {
    line.close()
  }
}

function payloadOf(data: string): Told['payload'] {
  return (JSON.parse(data) as { payload: Told['payload'] }).payload
}

/** Cuts and a gateway that is away pass; what was refused stays refused. */
function recoverable(error: unknown): false {
  const refused = error instanceof Problem && error.status >= 400 && error.status < 500
  if (refused || error instanceof SyntaxError) throw error
  return false
}

/** A signal that also fires when the line is silent for too long. */
function watched(outer: AbortSignal) {
  const inner = new AbortController()
  const cut = () => inner.abort(unreachable())
  let timer = setTimeout(cut, SILENCE_MS)
  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(cut, SILENCE_MS)
  }
  const close = () => {
    clearTimeout(timer)
    outer.removeEventListener('abort', cut)
    inner.abort()
  }
  outer.addEventListener('abort', cut)
  return { signal: inner.signal, alive, close }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((over) => {
    const timer = setTimeout(over, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      over()
    })
  })
}
