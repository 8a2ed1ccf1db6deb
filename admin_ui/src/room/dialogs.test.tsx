import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { setLocale } from '../i18n/locale'
import { draw } from '../test/draw'
import { message } from './examples'
import { InviteDialog } from './InviteDialog'
import { EditDialog } from './messages/EditDialog'
import { Talk } from './messages/Talk'
import { deleteMessage, editMessage, invite, uninvite } from './requests'

vi.mock('./requests')
vi.mock('./messages/MessageList', () => ({
  MessageList: ({ onDelete }: { onDelete: (each: object) => void }) => (
    <button onClick={() => onDelete(message(1))}>row</button>
  ),
}))
const click = (name: string) => userEvent.click(screen.getByRole('button', { name }))

beforeEach(() => {
  vi.clearAllMocks()
  setLocale('en')
})

describe('editing a message', () => {
  const onClose = vi.fn()
  const onChanged = vi.fn()
  const open = () => draw(<EditDialog message={message(1)} onClose={onClose} onChanged={onChanged} />)

  it('saves the trimmed text and closes', async () => {
    const changed = message(1, { text: 'better' })
    vi.mocked(editMessage).mockResolvedValue(changed)
    await open()
    const field = screen.getByLabelText('Text')
    expect(field).toHaveValue('text 1')
    await userEvent.clear(field)
    await userEvent.type(field, '  better ')
    await click('Save')
    expect(editMessage).toHaveBeenCalledWith('m1', 'better')
    expect(onChanged).toHaveBeenCalledWith(changed)
    expect(onClose).toHaveBeenCalled()
  })

  it('does not save nothing', async () => {
    await open()
    await userEvent.clear(screen.getByLabelText('Text'))
    await click('Save')
    expect(editMessage).not.toHaveBeenCalled()
  })

  it('stays open and says why when it is refused', async () => {
    vi.mocked(editMessage).mockRejectedValue(new Problem(403, 'NOT_YOURS', ''))
    await open()
    await click('Save')
    expect(await screen.findByRole('alert')).toHaveTextContent('Only your own messages')
    expect(onClose).not.toHaveBeenCalled()
  })

  it('closes with Escape', async () => {
    await open()
    await userEvent.keyboard('{Escape}')
    expect(onClose).toHaveBeenCalled()
  })
})

describe('deleting a message', () => {
  const tellStory = vi.fn()
  const history = { loaded: true, more: false, loading: false, failed: false, older: vi.fn() }
  const open = async () => {
    await draw(<Talk messages={[]} history={history} me="me" tellStory={tellStory} />)
    await click('row')
  }

  it('happens only after a second thought', async () => {
    vi.mocked(deleteMessage).mockResolvedValue(undefined)
    await open()
    expect(deleteMessage).not.toHaveBeenCalled()
    await click('Delete')
    expect(deleteMessage).toHaveBeenCalledWith('m1')
    expect(tellStory).toHaveBeenCalledWith({ type: 'removed', messageId: 'm1' })
  })

  it('does not happen after Cancel', async () => {
    await open()
    await click('Cancel')
    expect(deleteMessage).not.toHaveBeenCalled()
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

describe('inviting', () => {
  const onClose = vi.fn()
  beforeEach(() => {
    vi.mocked(invite).mockResolvedValue({ code: 'abc' })
  })

  it('shows a link with the code, and copies it', async () => {
    const user = userEvent.setup()
    await draw(<InviteDialog roomId="r" onClose={onClose} />)
    const link = `${location.origin}/rooms/r?invite=abc`
    expect(await screen.findByDisplayValue(link)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Copy link' }))
    expect(await navigator.clipboard.readText()).toBe(link)
  })

  it('revokes the link', async () => {
    vi.mocked(uninvite).mockResolvedValue(undefined)
    await draw(<InviteDialog roomId="r" onClose={onClose} />)
    await click('Revoke link')
    expect(uninvite).toHaveBeenCalledWith('r')
    expect(onClose).toHaveBeenCalled()
  })
})
