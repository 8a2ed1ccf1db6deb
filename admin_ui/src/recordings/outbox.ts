import { newKey } from '../api/key'
import type { Problem } from '../api/problem'
import { upload } from '../api/upload'
import { onToken } from '../app/session'
import { createStore } from '../app/store'
import { sendInParts } from './uploading/inParts'
import { abortUpload } from './uploading/requests'
import { speedometer } from './uploading/speed'
import { forget, isOf, keep, unfinishedOf } from './uploading/unfinished'

export interface Sending {
  /** Also its idempotency key: sent twice, it becomes one job. */
  readonly id: string
  readonly name: string
  readonly size: number
  readonly lastModified: number
  /** Null after the page was loaded anew: then its owner is asked for it. */
  readonly file: File | null
  readonly language: string
  readonly phase: 'waiting' | 'uploading' | 'paused' | 'unfinished' | 'failed' | 'arrived'
  /** Of the bytes, 0 to 1. */
  readonly part: number
  /** Bytes a second. */
  readonly speed: number | null
  readonly problem: Problem | null
  /** Of a large file that was begun; what has arrived of it stays. */
  readonly uploadId: string | null
}

/** A browser opens six connections to a host, and the pages need some. */
const AT_ONCE = 2
/** Smaller files go in one request. */
const LARGE_BYTES = 8 * 1024 ** 2
const all = createStore<readonly Sending[]>([])
const stops = new Map<string, AbortController>()
let account: string | null = null

export const useSending = all.use
export const goesInParts = ({ size }: Sending): boolean => size > LARGE_BYTES

/** Says who is here; what they began before the page was loaded is shown again. */
export function belongsTo(userId: string): void {
  if (account === userId) return
  account = userId
  const begun = unfinishedOf(userId).map(({ id, name, size, lastModified, language, uploadId }) =>
    made({ id, name, size, lastModified }, { language, uploadId, phase: 'unfinished' }),
  )
  all.set([...all.get(), ...begun])
}

/** Hands files in, one after the other; goes on while its owner looks at other pages.
 *
 * A file that was begun before goes on where it was cut off. */
export function send(files: readonly File[], language: string): void {
  for (const file of files) {
    const begun = all.get().find((each) => each.phase === 'unfinished' && isOf(file, each))
    if (begun !== undefined) change(begun.id, { file, phase: 'waiting' })
    else all.set([...all.get(), made({ ...facts(file), id: newKey() }, { file, language })])
  }
  proceed()
}

/** Goes on with what was begun; false when it is another file. */
export function goOn(id: string, file: File): boolean {
  const begun = all.get().find((each) => each.id === id)
  if (begun === undefined || !isOf(file, begun)) return false
  change(id, { file, phase: 'waiting' })
  proceed()
  return true
}

export function sendAgain(id: string): void {
  change(id, { phase: 'waiting', problem: null })
  proceed()
}

export function pause(id: string): void {
  change(id, { phase: 'paused', speed: null })
  stops.get(id)?.abort()
  proceed()
}

/** Lets go of a file; an upload that is under way stops, and nothing of it is kept. */
export function drop(id: string): void {
  const dropped = all.get().find((each) => each.id === id)
  all.set(all.get().filter((each) => each.id !== id))
  stops.get(id)?.abort()
  stops.delete(id)
  forget(id)
  if (dropped !== undefined && dropped.uploadId !== null && dropped.phase !== 'arrived')
    // It ends by itself after a day, so nobody is told when this fails.
    abortUpload(dropped.uploadId).catch(() => undefined)
  proceed()
}

// They are nobody else's.
onToken(() => {
  account = null
  all.set([])
  stops.forEach((stop) => stop.abort())
  stops.clear()
})

addEventListener('beforeunload', (event) => {
  if (all.get().some(({ phase }) => phase === 'waiting' || phase === 'uploading'))
    event.preventDefault()
})

type Facts = Pick<Sending, 'id' | 'name' | 'size' | 'lastModified'>

const facts = ({ name, size, lastModified }: File) => ({ name, size, lastModified })

const made = (known: Facts, more: Partial<Sending>): Sending => ({
  ...known,
  file: null,
  language: '',
  phase: 'waiting',
  part: 0,
  speed: null,
  problem: null,
  uploadId: null,
  ...more,
})

function change(id: string, news: Partial<Sending>): void {
  all.set(all.get().map((each) => (each.id === id ? { ...each, ...news } : each)))
}

function proceed(): void {
  const under = all.get().filter(({ phase }) => phase === 'uploading').length
  const next = all.get().find(({ phase }) => phase === 'waiting')
  if (next === undefined || next.file === null || under >= AT_ONCE) return
  start(next, next.file)
  proceed()
}

function start(sending: Sending, file: File): void {
  const { id } = sending
  const stop = new AbortController()
  stops.set(id, stop)
  change(id, { phase: 'uploading' })
  const going = goesInParts(sending) ? inParts(sending, file, stop.signal) : whole(sending, file, stop.signal)
  going
    .then(
      () => {
        forget(id)
        change(id, { phase: 'arrived', part: 1 })
      },
      (problem: Problem) => {
        // Paused, it has failed because it was told to.
        if (!stop.signal.aborted) change(id, { phase: 'failed', problem, speed: null })
      },
    )
    .finally(proceed)
}

const whole = ({ id, name, language }: Sending, file: File, signal: AbortSignal): Promise<unknown> =>
  upload({
    path: '/jobs',
    field: 'file',
    file,
    name,
    key: id,
    fields: { language },
    onProgress: (part) => change(id, { part }),
    signal,
  })

function inParts(sending: Sending, file: File, signal: AbortSignal): Promise<void> {
  const { id, language, uploadId } = sending
  const speedOf = speedometer()
  return sendInParts({
    id,
    file,
    language,
    uploadId,
    onBegun: (begun) => {
      if (signal.aborted) return
      change(id, { uploadId: begun })
      if (account !== null) keep({ ...facts(file), id, language, account, uploadId: begun })
    },
    onBytes: (sent) => {
      // What still comes of an upload that was paused says nothing.
      if (!signal.aborted) change(id, { part: sent / file.size, speed: speedOf(sent) })
    },
    signal,
  })
}
