import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '../api/client'
import { setLocale } from '../i18n/locale'
import { joinRoom } from '../room/requests'
import { draw } from '../test/draw'
import { CreateDialog } from './CreateDialog'

const navigate = vi.fn()
vi.mock('@tanstack/react-router', async (all) => ({
  ...(await all<object>()),
  useNavigate: () => navigate,
}))
vi.mock('../room/requests')
vi.mock('../api/client', () => ({
  api: { POST: vi.fn() },
  body: async (answer: Promise<{ data: unknown }>) => (await answer).data,
}))
const post = vi.mocked(api.POST) as ReturnType<typeof vi.fn>
const made = () => (post.mock.lastCall?.[1] as { body: object }).body
const field = () => screen.getByLabelText('Names and terms to expect (optional)')

beforeEach(async () => {
  vi.clearAllMocks()
  setLocale('en')
  post.mockResolvedValue({ data: { room_id: 'r' } })
  vi.mocked(joinRoom).mockResolvedValue({ joined: true })
  await draw(<CreateDialog onClose={vi.fn()} />)
  await userEvent.type(screen.getByLabelText('Name of the room'), 'Evening')
})
const submit = () => userEvent.click(screen.getByRole('button', { name: 'Make it and enter' }))

describe('making a room', () => {
  it('needs no vocabulary', async () => {
    await submit()
    await waitFor(() => expect(joinRoom).toHaveBeenCalledWith('r', {}))
    await waitFor(() => expect(navigate).toHaveBeenCalled())
    expect(made()).toEqual({ title: 'Evening', language: 'en', vocabulary: [] })
  })

  it('tells the recogniser which names and terms to expect', async () => {
    expect(field()).toHaveAccessibleDescription(/separated by commas or line breaks/)
    await userEvent.type(field(), 'King Sejong, Hunminjeongeum{Enter}Malmoi')
    await submit()
    await waitFor(() => expect(post).toHaveBeenCalled())
    expect(made()).toMatchObject({ vocabulary: ['King Sejong', 'Hunminjeongeum', 'Malmoi'] })
  })

  it('says what is too much before anything is sent', async () => {
    await userEvent.click(field())
    await userEvent.paste('x'.repeat(61))
    await submit()
    expect(field()).toBeInvalid()
    expect(field()).toHaveFocus()
    expect(field()).toHaveAccessibleDescription(/At most 100 of them, 60 letters each, 600 letters/)
    expect(post).not.toHaveBeenCalled()
  })
})
