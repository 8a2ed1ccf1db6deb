import { problemOf, unreachable, type Problem } from '../../api/problem'

export interface Part {
  url: string
  content: Blob
  /** Bytes of this part that have left. */
  onBytes: (sent: number) => void
  signal: AbortSignal
}

/** Puts one part where its presigned URL says; rejects with a `Problem`. */
export function putPart({ url, content, onBytes, signal }: Part): Promise<void> {
  return new Promise((resolve, reject: (problem: Problem) => void) => {
    const call = new XMLHttpRequest()
    const stop = () => call.abort()
    call.open('PUT', url)
    call.upload.onprogress = ({ loaded }) => onBytes(loaded)
    call.onload = () => {
      if (call.status >= 200 && call.status < 300) resolve()
      else reject(problemOf(call.status, null))
    }
    call.onerror = () => reject(unreachable())
    call.onabort = () => reject(unreachable())
    call.onloadend = () => signal.removeEventListener('abort', stop)
    signal.addEventListener('abort', stop)
    call.send(content)
  })
}
