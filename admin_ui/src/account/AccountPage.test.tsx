import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { copyText } from '../app/copyText'
import { setLocale } from '../i18n/locale'
import { draw } from '../test/draw'
import { AccountPage } from './AccountPage'
import * as requests from './requests'
import type { Key } from './requests'

vi.mock('../app/copyText')
vi.mock('./requests', async (all) => {
  const real = await all<typeof requests>()
  const answered = { keys: vi.fn(), quota: vi.fn(), retention: vi.fn() }
  return {
    ...real,
    answered,
    keysOf: () => ({ ...real.keysOf(), queryFn: answered.keys }),
    quotaOf: () => ({ ...real.quotaOf(), queryFn: answered.quota }),
    retentionOf: () => ({ ...real.retentionOf(), queryFn: answered.retention }),
    makeKey: vi.fn(),
    revokeKey: vi.fn(),
    keepFor: vi.fn(),
  }
})
const { makeKey, revokeKey, keepFor } = vi.mocked(requests)
const { answered } = requests as unknown as { answered: Record<string, ReturnType<typeof vi.fn>> }

const key = (news: Partial<Key> = {}): Key => ({
  id: 'k1',
  name: 'Newsroom',
  scopes: ['recordings:read'],
  begins: 'malmoi_ab12',
  created_at: '2026-11-01T09:00:00Z',
  last_used_at: null,
  ...news,
})
const click = (name: string) => userEvent.click(screen.getByRole('button', { name }))

beforeEach(() => {
  vi.clearAllMocks()
  setLocale('en')
  answered['keys']?.mockResolvedValue([])
  answered['quota']?.mockResolvedValue({
    own: {},
    hand_in_per_minute: 600,
    open_jobs: 2000,
    audio_bytes_per_day: 2e9,
    used_open_jobs: 3,
    used_audio_bytes_today: 5e8,
  })
  answered['retention']?.mockResolvedValue({
    audio_days: null,
    text_days: 20,
    cluster_audio_days: 30,
    cluster_text_days: null,
  })
})

describe('the limits', () => {
  it('say what is used of what may be', async () => {
    await draw(<AccountPage />)
    expect(await screen.findByText('3 of 2,000')).toBeVisible()
    expect(screen.getByText('500 MB of 2 GB')).toBeVisible()
  })
})

describe('API keys', () => {
  it('are listed with what they may do and when they were used', async () => {
    const used = key({ id: 'k2', name: 'Robot', last_used_at: '2026-11-02T09:00:00Z' })
    answered['keys']?.mockResolvedValue([key(), used])
    await draw(<AccountPage />)
    const rows = within(await screen.findByRole('list', { name: 'My API keys' })).getAllByRole('listitem')
    expect(rows[0]).toHaveTextContent(/Newsroom.*Read.*malmoi_ab12….*never used/)
    expect(rows[1]).toHaveTextContent(/Robot.*last used/)
  })

  it('show their secret once, to be copied', async () => {
    makeKey.mockResolvedValue({ key: key(), secret: 'malmoi_secret' })
    vi.mocked(copyText).mockResolvedValue(true)
    await draw(<AccountPage />)
    await screen.findByText('You have made no key yet.')
    await click('Make a key')
    await userEvent.type(screen.getByLabelText('Name'), ' Newsroom ')
    await userEvent.click(screen.getByRole('checkbox', { name: /Upload/ }))
    await click('Make it')
    expect(makeKey).toHaveBeenCalledWith('Newsroom', ['recordings:read'])
    expect(await screen.findByLabelText('Key Newsroom')).toHaveValue('malmoi_secret')
    await click('Copy')
    expect(copyText).toHaveBeenCalledWith('malmoi_secret')
    await click('I have copied it')
    expect(screen.queryByDisplayValue('malmoi_secret')).toBeNull()
  })

  it('are not made without anything that they may do', async () => {
    await draw(<AccountPage />)
    await screen.findByText('You have made no key yet.')
    await click('Make a key')
    await userEvent.type(screen.getByLabelText('Name'), 'Newsroom')
    for (const each of screen.getAllByRole('checkbox')) await userEvent.click(each)
    await click('Make it')
    expect(screen.getByText('Please choose at least one.')).toBeVisible()
    expect(makeKey).not.toHaveBeenCalled()
  })

  it('are revoked only after a second word', async () => {
    answered['keys']?.mockResolvedValue([key()])
    revokeKey.mockResolvedValue(undefined)
    await draw(<AccountPage />)
    await screen.findByText('Newsroom')
    await click('Revoke Newsroom')
    expect(revokeKey).not.toHaveBeenCalled()
    await click('Revoke')
    expect(revokeKey).toHaveBeenCalledWith('k1')
  })

  it('say why none is made', async () => {
    makeKey.mockRejectedValue(new Problem(409, 'TOO_MANY_KEYS', ''))
    await draw(<AccountPage />)
    await screen.findByText('You have made no key yet.')
    await click('Make a key')
    await userEvent.type(screen.getByLabelText('Name'), 'Newsroom')
    await click('Make it')
    expect(await screen.findByRole('alert')).toHaveTextContent('revoke one')
  })
})

describe('how long things are kept', () => {
  const fields = async () => {
    await draw(<AccountPage />)
    const audio = await screen.findByLabelText('Recordings (days)')
    return { audio, words: screen.getByLabelText('Texts and conversations (days)') }
  }

  it('asks before anything is erased sooner', async () => {
    keepFor.mockResolvedValue({
      audio_days: 7,
      text_days: 20,
      cluster_audio_days: 30,
      cluster_text_days: null,
    })
    const { audio } = await fields()
    await userEvent.type(audio, '7')
    await click('Save')
    expect(keepFor).not.toHaveBeenCalled()
    await click('Shorten')
    expect(keepFor).toHaveBeenCalledWith({ audio_days: 7, text_days: 20 })
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it('is prolonged at once, and never beyond what holds for everybody', async () => {
    keepFor.mockResolvedValue({
      audio_days: null,
      text_days: null,
      cluster_audio_days: 30,
      cluster_text_days: null,
    })
    const { audio, words } = await fields()
    await userEvent.type(audio, '31')
    expect(screen.getByText('Please enter 1 to 30 days.')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled()
    await userEvent.clear(audio)
    await userEvent.clear(words)
    await click('Save')
    expect(keepFor).toHaveBeenCalledWith({ audio_days: null, text_days: null })
  })
})
