import { API } from './client'
import { problemOf, unreachable, type Problem } from './problem'
import { currentToken } from '../app/session'

export interface Upload {
  path: string
  field: string
  file: Blob
  name: string
  key: string
  fields?: Readonly<Record<string, string>>
  /** 0 to 1. */
  onProgress: (part: number) => void
  signal?: AbortSignal
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Sends a file and tells how far it is, which fetch cannot.
 *
 * Rejects with a `Problem`: the gateway's, or NETWORK. */
export function upload<A>(sent: Upload): Promise<A> {
  const form = new FormData()
  for (const [name, value] of Object.entries(sent.fields ?? {})) form.append(name, value)
  form.append(sent.field, sent.file, sent.name)
  return new Promise<A>((resolve, reject: (problem: Problem) => void) => {
    const call = new XMLHttpRequest()
    call.open('POST', API + sent.path)
    call.setRequestHeader('Authorization', `Bearer ${currentToken() ?? ''}`)
    call.setRequestHeader('Idempotency-Key', sent.key)
    call.setRequestHeader('Prefer', 'respond-async')
    call.upload.onprogress = (event) => {
      if (event.lengthComputable) sent.onProgress(event.loaded / event.total)
    }
    call.onload = () => {
      const answer = parsed(call.responseText)
      if (call.status >= 200 && call.status < 300) resolve(answer as A)
      else reject(problemOf(call.status, answer))
    }
    call.onerror = () => reject(unreachable())
    call.onabort = () => reject(unreachable())
    sent.signal?.addEventListener('abort', () => call.abort())
    call.send(form)
  })
}

const ENDINGS: Readonly<Record<string, string>> = {
  'audio/webm': 'webm',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'video/webm': 'webm',
  'video/mp4': 'mp4',
}

export const fileName = (stem: string, type: string): string =>
  `${stem}.${ENDINGS[type.split(';')[0] ?? ''] ?? 'bin'}`
