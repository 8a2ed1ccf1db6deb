import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { signIn, signOut } from '../app/session'
import { fileName, upload } from './upload'

class FakeRequest {
  static last: FakeRequest
  upload: { onprogress?: (event: object) => void } = {}
  headers: Record<string, string> = {}
  url = ''
  status = 0
  responseText = ''
  onload?: () => void
  onerror?: () => void
  body: FormData | null = null
  constructor() {
    FakeRequest.last = this
  }
  open(method: string, url: string) {
    this.url = `${method} ${url}`
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value
  }
  send(body: FormData) {
    this.body = body
  }
  answers(status: number, body: string) {
    Object.assign(this, { status, responseText: body })
    this.onload?.()
  }
}

const progress = vi.fn()
const start = () =>
  upload({
    path: '/rooms/r/stt',
    field: 'audio_file',
    file: new Blob(['sound']),
    name: 'clip.webm',
    key: 'the key',
    fields: { grant: '3' },
    onProgress: progress,
  })

beforeEach(() => {
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  signIn('secret')
})
afterEach(() => {
  vi.unstubAllGlobals()
  signOut()
})

describe('an upload', () => {
  it('carries the file, the turn, the key and the token, and does not wait for the text', async () => {
    const going = start()
    const { last } = FakeRequest
    expect(last.url).toBe('POST /api/rooms/r/stt')
    expect(last.headers).toEqual({
      Authorization: 'Bearer secret',
      'Idempotency-Key': 'the key',
      Prefer: 'respond-async',
    })
    expect(last.body?.get('grant')).toBe('3')
    expect((last.body?.get('audio_file') as File).name).toBe('clip.webm')
    last.answers(202, '{"status": "pending"}')
    await expect(going).resolves.toEqual({ status: 'pending' })
  })

  it('tells how far it is, where that is known', () => {
    void start()
    FakeRequest.last.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 })
    FakeRequest.last.upload.onprogress?.({ lengthComputable: false, loaded: 2, total: 0 })
    expect(progress.mock.calls).toEqual([[0.25]])
  })

  it.each([
    [403, '{"code": "NOT_SPEAKER", "detail": "no"}', 'NOT_SPEAKER'],
    [502, '<html>', 'HTTP_502'],
  ])('is refused with %i as a problem', async (status, body, code) => {
    const going = start()
    FakeRequest.last.answers(status, body)
    await expect(going).rejects.toMatchObject({ status, code })
  })

  it('says when no answer came', async () => {
    const going = start()
    FakeRequest.last.onerror?.()
    await expect(going).rejects.toMatchObject({ status: 0, code: 'NETWORK' })
  })
})

describe('the name of a recording', () => {
  it.each([
    ['audio/webm;codecs=opus', 'clip.webm'],
    ['audio/mp4', 'clip.m4a'],
    ['', 'clip.bin'],
  ])('of %s ends as its format does', (type, name) => {
    expect(fileName('clip', type)).toBe(name)
  })
})
