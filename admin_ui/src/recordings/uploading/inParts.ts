import { delayBefore } from '../../api/backoff'
import { Problem, unreachable } from '../../api/problem'
import { putPart } from './putPart'
import { beginUpload, completeUpload, handInUpload, uploadOf, type Upload } from './requests'

const AT_ONCE = 3
/** Rounds in which nothing arrived, about a minute, after which its owner is asked. */
const ROUNDS_IN_VAIN = 8

export interface InParts {
  /** Also the idempotency key of the job. */
  id: string
  file: File
  language: string
  /** Of an upload that was begun before. */
  uploadId: string | null
  /** May tell the same id again. */
  onBegun: (uploadId: string) => void
  /** Bytes that have arrived or are on their way. */
  onBytes: (sent: number) => void
  signal: AbortSignal
}

const lasting = (problem: unknown): boolean =>
  problem instanceof Problem &&
  problem.status >= 400 &&
  problem.status < 500 &&
  problem.code !== 'UPLOAD_INCOMPLETE'

const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()))
  })

/** Sends a file part by part and hands it in; goes on where an earlier attempt was cut off.
 *
 * Whatever fails is tried again with fresh URLs. Rejects with a `Problem`. */
export async function sendInParts(sent: InParts): Promise<void> {
  let uploadId = sent.uploadId
  let inVain = 0
  for (;;) {
    try {
      const upload: Upload = await (uploadId === null ? beginUpload(sent.file) : uploadOf(uploadId))
      uploadId = upload.upload_id
      sent.onBegun(upload.upload_id)
      if (upload.state === 'handed_in') return
      if (upload.missing_count === 0) return await finish(sent, upload)
      const arrived = await round(sent, upload)
      inVain = arrived > 0 ? 0 : inVain + 1
      if (inVain > ROUNDS_IN_VAIN) throw unreachable()
    } catch (problem) {
      if (sent.signal.aborted) throw unreachable()
      if (isGone(problem) && uploadId !== null) uploadId = null
      else if (lasting(problem) || ++inVain > ROUNDS_IN_VAIN) throw problem
    }
    if (sent.signal.aborted) throw unreachable()
    if (inVain > 0) await wait(delayBefore(inVain, Math.random()), sent.signal)
  }
}

/** Nobody went on with it in time: it begins anew. */
const isGone = (problem: unknown): boolean =>
  problem instanceof Problem && problem.code === 'NOT_FOUND'

async function finish({ id, language }: InParts, { upload_id }: Upload): Promise<void> {
  await completeUpload(upload_id)
  await handInUpload(upload_id, language, id)
}

/** Tries each part that the page names once; returns how many have arrived. */
async function round(sent: InParts, upload: Upload): Promise<number> {
  const before = bytesArrived(upload)
  const under = new Map<number, number>()
  const tell = () => sent.onBytes([...under.values()].reduce((sum, each) => sum + each, before))
  const left = [...upload.missing]
  let arrived = 0
  tell()
  async function work(): Promise<void> {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      const { number, size, url } = part
      const begin = (number - 1) * upload.part_size
      const onBytes = (bytes: number) => (under.set(number, bytes), tell())
      const content = sent.file.slice(begin, begin + size)
      try {
        await putPart({ url, content, onBytes, signal: sent.signal })
        onBytes(size)
        arrived += 1
      } catch {
        onBytes(0)
        // Why, the next question to the gateway shows; the other parts would fail alike.
        return
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return arrived
}

function bytesArrived({ arrived, part_count, part_size, size }: Upload): number {
  const last = arrived.includes(part_count)
  return arrived.length * part_size - (last ? part_count * part_size - size : 0)
}
