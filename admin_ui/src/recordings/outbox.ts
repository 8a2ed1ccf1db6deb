import { newKey } from '../api/key'
import type { Problem } from '../api/problem'
import { upload } from '../api/upload'
import { onToken } from '../app/session'
import { createStore } from '../app/store'

export interface Sending {
  /** Also its idempotency key: sent twice, it becomes one job. */
  readonly id: string
  readonly file: File
  readonly language: string
  readonly phase: 'waiting' | 'uploading' | 'failed' | 'arrived'
  /** Of the bytes, 0 to 1. */
  readonly part: number
  readonly problem: Problem | null
}

/** A browser opens six connections to a host, and the pages need some. */
const AT_ONCE = 2
const all = createStore<readonly Sending[]>([])
const stops = new Map<string, AbortController>()

export const useSending = all.use

/** Hands files in, one after the other; goes on while its owner looks at other pages. */
export function send(files: readonly File[], language: string): void {
  const added = files.map((file): Sending => {
    return { id: newKey(), file, language, phase: 'waiting', part: 0, problem: null }
  })
  all.set([...all.get(), ...added])
  proceed()
}

export function sendAgain(id: string): void {
  change(id, { phase: 'waiting', part: 0, problem: null })
  proceed()
}

/** Lets go of a file; an upload that is under way stops. */
export function drop(id: string): void {
  all.set(all.get().filter((each) => each.id !== id))
  stops.get(id)?.abort()
  stops.delete(id)
  proceed()
}

// They are nobody else's.
onToken(() => {
  all.set([])
  stops.forEach((stop) => stop.abort())
  stops.clear()
})

addEventListener('beforeunload', (event) => {
  if (all.get().some(({ phase }) => phase === 'waiting' || phase === 'uploading'))
    event.preventDefault()
})

function change(id: string, news: Partial<Sending>): void {
  all.set(all.get().map((each) => (each.id === id ? { ...each, ...news } : each)))
}

function proceed(): void {
  const under = all.get().filter(({ phase }) => phase === 'uploading').length
  const next = all.get().find(({ phase }) => phase === 'waiting')
  if (next === undefined || under >= AT_ONCE) return
  start(next)
  proceed()
}

function start({ id, file, language }: Sending): void {
  const stop = new AbortController()
  stops.set(id, stop)
  change(id, { phase: 'uploading' })
  const going = upload({
    path: '/jobs',
    field: 'file',
    file,
    name: file.name,
    key: id,
    fields: { language },
    onProgress: (part) => change(id, { part }),
    signal: stop.signal,
  })
  going
    .then(
      () => change(id, { phase: 'arrived', part: 1 }),
      (problem: Problem) => change(id, { phase: 'failed', problem }),
    )
    .finally(proceed)
}
