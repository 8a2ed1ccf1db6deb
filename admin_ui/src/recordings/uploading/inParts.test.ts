import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../../api/problem'
import { sendInParts } from './inParts'
import { putPart, type Part } from './putPart'
import { beginUpload, completeUpload, handInUpload, uploadOf, type Upload } from './requests'

vi.mock('../../api/backoff', () => ({ delayBefore: () => 0 }))
vi.mock('./putPart', () => ({ putPart: vi.fn() }))
vi.mock('./requests', () => ({
  beginUpload: vi.fn(),
  uploadOf: vi.fn(),
  completeUpload: vi.fn(),
  handInUpload: vi.fn(),
}))
const put = vi.mocked(putPart)
const SIZES = [10, 10, 10, 10, 5]
const file = new File(['x'.repeat(45)], 'long.flac')

/** The object store, as the gateway tells of it. */
let arrived: Set<number>
const told = (): Upload => {
  const missing = SIZES.flatMap((size, index) => {
    const number = index + 1
    return arrived.has(number) ? [] : [{ number, size, url: `https://s3/${number}` }]
  })
  return {
    upload_id: 'u1',
    state: 'open',
    file_name: 'long.flac',
    size: 45,
    part_size: 10,
    part_count: 5,
    arrived: [...arrived],
    missing,
    missing_count: missing.length,
    job_id: null,
    expires_at: '2026-11-22T00:00:00Z',
  }
}
const numberOf = ({ url }: Part) => Number(url.split('/').at(-1))
const takes = (part: Part) => {
  arrived.add(numberOf(part))
  return Promise.resolve()
}
const cut = () => Promise.reject(new Problem(0, 'NETWORK', ''))
const bytes = vi.fn()
const begun = vi.fn()
const stop = () => new AbortController()
const start = (uploadId: string | null = null, signal = stop().signal) =>
  sendInParts({ id: 'key', file, language: 'ko', uploadId, onBegun: begun, onBytes: bytes, signal })

beforeEach(() => {
  arrived = new Set()
  put.mockReset().mockImplementation(takes)
  bytes.mockReset()
  begun.mockReset()
  vi.mocked(beginUpload).mockReset().mockImplementation(() => Promise.resolve(told()))
  vi.mocked(uploadOf).mockReset().mockImplementation(() => Promise.resolve(told()))
  vi.mocked(completeUpload).mockReset().mockImplementation(() => Promise.resolve(told()))
  vi.mocked(handInUpload).mockReset()
})

describe('a file in parts', () => {
  it('sends each part once, completes, and becomes a job', async () => {
    await start()
    expect(put.mock.calls.map(([each]) => each.content.size)).toEqual(SIZES)
    expect(begun).toHaveBeenCalledWith('u1')
    expect(completeUpload).toHaveBeenCalledExactlyOnceWith('u1')
    expect(handInUpload).toHaveBeenCalledExactlyOnceWith('u1', 'ko', 'key')
  })

  it('sends three parts at once', async () => {
    let under = 0
    let most = 0
    put.mockImplementation(async (part) => {
      most = Math.max(most, ++under)
      await Promise.resolve()
      under -= 1
      await takes(part)
    })
    await start()
    expect(most).toBe(3)
  })

  it('goes on with what the store has not', async () => {
    arrived = new Set([1, 2, 5])
    await start('u1')
    expect(beginUpload).not.toHaveBeenCalled()
    expect(put.mock.calls.map(([each]) => numberOf(each))).toEqual([3, 4])
    expect(bytes.mock.calls[0]).toEqual([25])
    expect(bytes.mock.calls.at(-1)).toEqual([45])
  })

  it('tries again what was cut off, with fresh URLs', async () => {
    put.mockImplementationOnce(cut).mockImplementationOnce(cut).mockImplementationOnce(cut)
    await start()
    expect(put).toHaveBeenCalledTimes(3 + SIZES.length)
    expect(handInUpload).toHaveBeenCalledOnce()
  })

  it('waits for a gateway that is away', async () => {
    vi.mocked(uploadOf).mockRejectedValueOnce(new Problem(503, 'UNAVAILABLE', ''))
    await start('u1')
    expect(handInUpload).toHaveBeenCalledOnce()
  })

  it('gives up when nothing arrives for long', async () => {
    put.mockImplementation(cut)
    await expect(start()).rejects.toMatchObject({ code: 'NETWORK' })
    expect(completeUpload).not.toHaveBeenCalled()
  })

  it('is refused at once where trying again is no use', async () => {
    vi.mocked(beginUpload).mockRejectedValue(new Problem(413, 'AUDIO_TOO_LARGE', ''))
    await expect(start()).rejects.toMatchObject({ code: 'AUDIO_TOO_LARGE' })
    expect(beginUpload).toHaveBeenCalledOnce()
  })

  it('begins anew when the upload has ended meanwhile', async () => {
    vi.mocked(uploadOf).mockRejectedValueOnce(new Problem(404, 'NOT_FOUND', ''))
    await start('old')
    expect(beginUpload).toHaveBeenCalledOnce()
    expect(handInUpload).toHaveBeenCalledOnce()
  })

  it('is done when its answer was lost', async () => {
    vi.mocked(uploadOf).mockResolvedValue({ ...told(), state: 'handed_in', job_id: 'j' })
    await start('u1')
    expect(put).not.toHaveBeenCalled()
    expect(handInUpload).not.toHaveBeenCalled()
  })

  it('stops when it is told to', async () => {
    const control = stop()
    put.mockImplementation(() => {
      control.abort()
      return cut()
    })
    await expect(start(null, control.signal)).rejects.toMatchObject({ code: 'NETWORK' })
    expect(uploadOf).not.toHaveBeenCalled()
  })
})
