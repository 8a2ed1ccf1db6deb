import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { setLocale } from '../i18n/locale'
import { draw } from '../test/draw'
import { Entrance } from './Entrance'
import { joinRoom } from './requests'

vi.mock('./requests')
const joins = vi.mocked(joinRoom)
const onEntered = vi.fn(async () => undefined)

const stand = (has_password: boolean, invite?: string, back = false, unsent = false) =>
  draw(
    <Entrance
      room={{ room_id: 'r', title: 'Evening', has_password }}
      invite={invite}
      back={back}
      unsent={unsent}
      onEntered={onEntered}
    />,
  )

beforeEach(() => {
  joins.mockReset().mockResolvedValue({ joined: true })
  onEntered.mockClear()
  setLocale('en')
})

describe('the door of a room', () => {
  it('opens by itself where no password is needed', async () => {
    await stand(false)
    await vi.waitFor(() => expect(onEntered).toHaveBeenCalledOnce())
    expect(joins.mock.calls).toEqual([['r', {}]])
  })

  it('asks for the password, says when it is wrong, and opens with the right one', async () => {
    joins.mockRejectedValueOnce(new Problem(403, 'INVALID_PASSWORD', ''))
    await stand(true)
    expect(joins).not.toHaveBeenCalled()
    const field = screen.getByLabelText('Password of the room')
    await userEvent.type(field, 'wrong')
    await userEvent.click(screen.getByRole('button', { name: 'Enter' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('That is not the password of this room.')
    await userEvent.clear(field)
    await userEvent.type(field, 'right{Enter}')
    await vi.waitFor(() => expect(onEntered).toHaveBeenCalledOnce())
    expect(joins.mock.lastCall).toEqual(['r', { password: 'right' }])
  })

  it('opens for an invitation without a password', async () => {
    await stand(true, 'code')
    await vi.waitFor(() => expect(onEntered).toHaveBeenCalledOnce())
    expect(joins.mock.calls).toEqual([['r', { invite: 'code' }]])
  })

  it('asks for the password where the invitation was revoked', async () => {
    joins.mockRejectedValueOnce(new Problem(403, 'INVALID_PASSWORD', ''))
    await stand(true, 'old')
    expect(await screen.findByLabelText('Password of the room')).toBeVisible()
  })

  it('says that the room is full, and lets one try again', async () => {
    joins.mockRejectedValueOnce(new Problem(409, 'ROOM_FULL', ''))
    await stand(false)
    expect(await screen.findByRole('alert')).toHaveTextContent('The room is full.')
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await vi.waitFor(() => expect(onEntered).toHaveBeenCalledOnce())
  })

  it('waits for whoever lost the seat', async () => {
    await stand(false, undefined, true)
    expect(screen.getByText(/your seat was freed/)).toBeVisible()
    expect(joins).not.toHaveBeenCalled()
  })

  it('says that a sign video waits inside', async () => {
    await stand(false, undefined, true, true)
    expect(screen.getByText(/Your sign video is kept/)).toBeVisible()
  })
})
