import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { setLocale } from '../../i18n/locale'
import { draw } from '../../test/draw'
import { message } from '../examples'
import type { Message } from '../model'
import { mediaOf, wordsOf } from '../requests'
import { MessageRow } from './MessageRow'

vi.mock('../requests')
const acts = { onCopy: vi.fn(), onEdit: vi.fn(), onDelete: vi.fn() }
const show = (news: Partial<Message> = {}, mine = true) =>
  draw(<MessageRow message={message(1, news)} mine={mine} {...acts} />)

async function menu(): Promise<string[]> {
  await userEvent.click(screen.getByRole('button', { name: 'Menu of this message' }))
  return screen.getAllByRole('menuitem').map((each) => each.textContent)
}

beforeEach(() => {
  vi.clearAllMocks()
  setLocale('en')
  vi.mocked(mediaOf).mockResolvedValue(new Blob(['sound']))
  vi.mocked(wordsOf).mockResolvedValue({
    words: [
      { start: 0.5, end: 1, text: 'text' },
      { start: 1.2, end: 2, text: '1' },
    ],
  })
  URL.createObjectURL = () => 'blob:sound'
  URL.revokeObjectURL = () => undefined
  HTMLMediaElement.prototype.play = vi.fn(async () => undefined)
})

describe('a message', () => {
  it('says who, what, when, how long and in which language', async () => {
    await show()
    const row = screen.getByRole('article')
    expect(row).toHaveTextContent('text 1')
    expect(row).toHaveTextContent('Korean')
    expect(row).toHaveTextContent('0:02')
    expect(row.querySelector('time')).toHaveAttribute('datetime', '2026-11-21T08:00:00Z')
    expect(screen.getByText('text 1')).toHaveAttribute('lang', 'ko')
  })

  it('can be copied, edited and deleted by its sender', async () => {
    await show()
    expect(await menu()).toEqual(['Copy', 'Edit', 'Delete'])
    await userEvent.click(screen.getByRole('menuitem', { name: 'Edit' }))
    expect(acts.onEdit).toHaveBeenCalledWith(message(1))
  })

  it('can only be copied by others', async () => {
    await show({}, false)
    expect(await menu()).toEqual(['Copy'])
  })

  it('shows its sender what was recognised before the edit', async () => {
    const edited = { edited_at: '2026-11-21T09:00:00Z', original_text: 'first' }
    const { unmount } = await show(edited)
    expect(screen.getByText('edited')).toBeVisible()
    expect(screen.getByText('first')).toBeInTheDocument()
    unmount()
    await show({ ...edited, original_text: null }, false)
    expect(screen.queryByText('first')).toBeNull()
  })

  it('waits for its text', async () => {
    await show({ status: 'pending', text: null })
    expect(screen.getByText('Turning it into text…')).toBeVisible()
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('tells its sender why there is no text', async () => {
    const failed = { status: 'failed', text: null, code: 'NO_AUDIO_TRACK' }
    const { unmount } = await show(failed)
    expect(screen.getByText(/There is no sound in this file/)).toBeVisible()
    unmount()
    await show(failed, false)
    expect(screen.queryByText(/There is no sound/)).toBeNull()
    expect(screen.getByText('Not recognised')).toBeVisible()
  })
})

describe('listening to it', () => {
  const listen = async () => {
    await userEvent.click(screen.getByRole('button', { name: 'Listen' }))
    await screen.findByRole('slider')
    return document.querySelector('audio') as HTMLAudioElement
  }

  it('highlights the word that is spoken, and jumps to one that is clicked', async () => {
    await show()
    const audio = await listen()
    const words = () => [...document.querySelectorAll<HTMLElement>('.word')]
    await vi.waitFor(() => expect(words()).toHaveLength(2))
    audio.currentTime = 1.3
    await vi.waitFor(() => expect(words()[1]).toHaveClass('word-now'))
    await userEvent.click(words()[0] as HTMLElement)
    expect(audio.currentTime).toBe(0.5)
  })

  it('shows an edited text as it is, for the words are no longer those', async () => {
    await show({ edited_at: '2026-11-21T09:00:00Z', text: 'changed' })
    await listen()
    expect(screen.getByText('changed')).toBeVisible()
    expect(document.querySelector('.word')).toBeNull()
  })

  it('says when the recording does not come', async () => {
    vi.mocked(mediaOf).mockRejectedValue(new Error('gone'))
    await show()
    await userEvent.click(screen.getByRole('button', { name: 'Listen' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('could not be loaded')
  })
})

describe('a sign message', () => {
  const sign = { state: 'open', duration_s: 3, width: 640, height: 480, code: null, detail: null } as const
  const signed = (state: 'open' | 'ready' | 'failed', code: string | null = null) => ({
    type: 'sign',
    status: 'pending',
    text: null,
    sign: { ...sign, state, code },
  })

  it('awaits its translation, with a video to play', async () => {
    await show(signed('ready'))
    expect(screen.getByText('Awaiting translation')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Play the sign video' }))
    expect(await screen.findByLabelText('Sign video')).toHaveAttribute('src', 'blob:sound')
  })

  it('says that its video is being prepared', async () => {
    await show(signed('open'))
    expect(screen.getByText('Preparing the video…')).toBeVisible()
  })

  it('tells its sender why the video cannot be shown', async () => {
    await show(signed('failed', 'VIDEO_TOO_LONG'))
    expect(screen.getByText(/too long/)).toBeVisible()
  })
})
