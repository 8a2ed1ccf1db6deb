import { fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { setLocale } from '../../i18n/locale'
import { ELSEWHERE, initial, type Mic, type MicState } from './states'
import { MicButton } from './MicButton'

const dispatch = vi.fn()
const show = (at: MicState, news: Partial<Mic> = {}, left: number | null = null) =>
  render(
    <MicButton mic={{ ...initial, ...news, at }} dispatch={dispatch} speakerName="Minho" left={left} />,
  )
const button = () => screen.getByRole('button')
const idle: MicState = { name: 'idle' }
const recording: MicState = { name: 'recording', grant: 1 }

beforeEach(() => {
  dispatch.mockReset()
  setLocale('en')
})

describe('the button', () => {
  it.each<[MicState, Partial<Mic>, string, boolean]>([
    [idle, {}, 'Speak', true],
    [idle, { offer: 'me' }, 'Speak', true],
    [idle, { offer: 'other' }, "It is Minho's turn", false],
    [{ name: 'requesting', wanted: null }, {}, 'Taking the turn', true],
    [{ name: 'holding', starting: false, grant: 1 }, {}, 'Speak on', true],
    [{ name: 'holding', starting: true, grant: 1 }, {}, 'Taking the turn', true],
    [recording, {}, 'Finish and send', true],
    [{ name: 'uploading', grant: 1 }, {}, 'Sending', false],
    [{ name: 'disabled', speaker: 'other' }, {}, 'Minho is speaking', false],
    [{ name: 'disabled', speaker: ELSEWHERE }, {}, 'You are speaking in another window', true],
  ])('in %j %j is called %s', (at, news, name, enabled) => {
    show(at, news)
    expect(button()).toHaveAccessibleName(name)
    expect((button() as HTMLButtonElement).disabled).toBe(!enabled)
  })

  it('has a ring for what is left of the turn, and of an offer', () => {
    const ring = () => document.querySelector('.ring')
    const { unmount } = show(recording, {}, 5000)
    expect(ring()).not.toBeNull()
    unmount()
    const offered = show(idle, { offer: 'me' }, 5000)
    expect(ring()).not.toBeNull()
    offered.unmount()
    show(idle, {}, null)
    expect(ring()).toBeNull()
  })
})

describe('pressing it', () => {
  it('starts with a click and stops with the next', async () => {
    const { rerender } = show(idle)
    await userEvent.click(button())
    expect(dispatch.mock.lastCall).toEqual([{ type: 'press' }])
    rerender(<MicButton mic={{ ...initial, at: recording }} dispatch={dispatch} speakerName="" left={null} />)
    await userEvent.click(button())
    expect(dispatch.mock.calls).toEqual([[{ type: 'press' }], [{ type: 'stop' }]])
  })

  it('speaks for as long as it is held', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    show(idle)
    fireEvent.pointerDown(button(), { button: 0 })
    now.mockReturnValue(900)
    fireEvent.pointerUp(window)
    expect(dispatch.mock.calls).toEqual([[{ type: 'press' }], [{ type: 'stop' }]])
  })

  it('works with the space bar from anywhere, once however long it is held', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    show(idle)
    fireEvent.keyDown(document.body, { code: 'Space' })
    fireEvent.keyDown(document.body, { code: 'Space', repeat: true })
    now.mockReturnValue(900)
    fireEvent.keyUp(document.body, { code: 'Space' })
    expect(dispatch.mock.calls).toEqual([[{ type: 'press' }], [{ type: 'stop' }]])
  })

  it('leaves the space bar to whatever is typed in', () => {
    show(idle)
    const field = document.body.appendChild(document.createElement('input'))
    fireEvent.keyDown(field, { code: 'Space' })
    field.remove()
    expect(dispatch).not.toHaveBeenCalled()
  })

  it('works with the Enter key', async () => {
    show(idle)
    button().focus()
    await userEvent.keyboard('{Enter}')
    expect(dispatch.mock.calls).toEqual([[{ type: 'press' }]])
  })

  it('does nothing while another speaks', () => {
    show({ name: 'disabled', speaker: 'other' })
    fireEvent.keyDown(document.body, { code: 'Space' })
    expect(dispatch).not.toHaveBeenCalled()
  })
})
