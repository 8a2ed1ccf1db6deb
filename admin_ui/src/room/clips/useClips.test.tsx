import 'fake-indexeddb/auto'
import { act, renderHook, waitFor } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../../api/problem'
import { message } from '../examples'
import { empty, type Story } from '../story/story'
import { dropClip, keptClips } from './storage'
import { upload, type Upload } from '../../api/upload'
import { useClips } from './useClips'

vi.mock('../../api/upload', () => ({ upload: vi.fn(), fileName: () => 'clip.webm' }))
const sent = vi.mocked(upload)
const tellMic = vi.fn()

const clipsOf = (userId = 'me') =>
  renderHook(({ story }: { story: Story }) => useClips({ userId, roomId: 'r', story, tellMic }), {
    initialProps: { story: empty },
  })
type Clips = ReturnType<typeof clipsOf>

async function recorded(clips: Clips, id = 'key'): Promise<void> {
  const clip = { ...clips.result.current.create(new Blob(['sound'])), id }
  await act(() => clips.result.current.offer(clip, null))
}
const send = (clips: Clips, id = 'key') =>
  act(async () => {
    clips.result.current.send(id, 3)
    await Promise.resolve()
  })
const shown = (clips: Clips) => clips.result.current.views.map(({ clip, ...view }) => ({ ...view, id: clip.id }))
const keys = () => sent.mock.calls.map(([each]: [Upload]) => each.key)
const telling = (news: Parameters<typeof message>[1]): Story => ({
  ...empty,
  messages: [message(5, { message_id: 'm', ...news })],
})

beforeEach(async () => {
  for (const each of await keptClips('me', 'r')) await dropClip(each.id)
  sent.mockReset()
  tellMic.mockReset()
})

describe('a recording', () => {
  it('is on this device until the server has it, and gone when its text has come', async () => {
    sent.mockResolvedValue({ message_id: 'm', status: 'pending' })
    const clips = clipsOf()
    await recorded(clips)
    await send(clips)
    expect(shown(clips)).toMatchObject([{ phase: 'processing', messageId: 'm' }])
    expect(await keptClips('me', 'r')).toHaveLength(1)
    clips.rerender({ story: telling({ status: 'final' }) })
    expect(shown(clips)).toEqual([])
    expect(tellMic).toHaveBeenCalledWith({ type: 'sent' })
    await waitFor(async () => expect(await keptClips('me', 'r')).toEqual([]))
  })

  it('tells how far its upload is', async () => {
    sent.mockImplementation(({ onProgress }) => {
      onProgress(0.4)
      return new Promise(() => undefined)
    })
    const clips = clipsOf()
    await recorded(clips)
    await send(clips)
    expect(shown(clips)).toMatchObject([{ phase: 'uploading', progress: 0.4 }])
  })

  it('is kept when the line breaks, and sent again under the same key', async () => {
    sent.mockRejectedValueOnce(new Problem(0, 'NETWORK', ''))
    sent.mockResolvedValueOnce({ message_id: 'm', status: 'final' })
    const clips = clipsOf()
    await recorded(clips)
    await send(clips)
    expect(shown(clips)).toMatchObject([{ id: 'key', phase: 'kept', problem: 'NETWORK' }])
    expect(tellMic).toHaveBeenCalledWith({ type: 'sendFailed', problem: 'NETWORK' })
    await send(clips)
    expect(keys()).toEqual(['key', 'key'])
    expect(shown(clips)).toEqual([])
  })

  it.each([
    [403, 'NOT_SPEAKER'],
    [503, 'UNAVAILABLE'],
    [502, 'HTTP_502'],
  ])('keeps its key after %i %s, for it may have arrived', async (status, code) => {
    sent.mockRejectedValue(new Problem(status, code, ''))
    const clips = clipsOf()
    await recorded(clips)
    await send(clips)
    expect(shown(clips)).toMatchObject([{ id: 'key', problem: code }])
  })

  it('gets a new key where the old one stands for a failure', async () => {
    sent.mockRejectedValue(new Problem(422, 'AUDIO_UNREADABLE', ''))
    const clips = clipsOf()
    await recorded(clips)
    await send(clips)
    expect(shown(clips)).toMatchObject([{ phase: 'kept', problem: 'AUDIO_UNREADABLE' }])
    expect(shown(clips)[0]?.id).not.toBe('key')
  })

  it.each([
    ['recognition fails', telling({ status: 'failed', code: 'ENGINE_TIMEOUT' }), 'ENGINE_TIMEOUT'],
    ['nobody spoke in it', { ...empty, empty: new Set(['m']) }, 'NOBODY_SPOKE'],
  ])('is kept when %s', async (_, story, problem) => {
    sent.mockResolvedValue({ message_id: 'm', status: 'pending' })
    const clips = clipsOf()
    await recorded(clips)
    await send(clips)
    clips.rerender({ story })
    await waitFor(() => expect(shown(clips)).toMatchObject([{ phase: 'kept', problem }]))
    expect(tellMic).toHaveBeenCalledWith({ type: 'sendFailed', problem })
  })

  it('is only thrown away when its owner says so', async () => {
    const clips = clipsOf()
    await recorded(clips)
    act(() => clips.result.current.drop('key'))
    expect(shown(clips)).toEqual([])
    await waitFor(async () => expect(await keptClips('me', 'r')).toEqual([]))
  })
})

describe('after a reload', () => {
  it('what was not sent is offered again, under its key, and to nobody else', async () => {
    const before = clipsOf()
    await recorded(before)
    before.unmount()
    const after = clipsOf()
    await waitFor(() =>
      expect(shown(after)).toMatchObject([{ id: 'key', phase: 'kept', problem: 'LEFT_OVER' }]),
    )
    const others = clipsOf('somebody else')
    await act(() => Promise.resolve())
    expect(shown(others)).toEqual([])
  })
})
