import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { message } from './examples'
import { noticeOn, setNotice, useNotices } from './useNotices'

const shown = vi.fn()
const names = () => 'Minho'

/** What a browser offers: refused, granted, or a constructor for service workers only. */
function browser(permission: NotificationPermission, constructs: boolean): void {
  class Told {
    static permission = permission
    static requestPermission = () => Promise.resolve(permission)
    close = vi.fn()
    constructor(title: string, options: NotificationOptions) {
      if (!constructs) throw new TypeError('Illegal constructor')
      shown(title, options?.body)
    }
  }
  vi.stubGlobal('Notification', Told)
}

const hear = () => {
  const heard = renderHook(({ said }) => useNotices(said, 'me', names), {
    initialProps: { said: [message(1)] },
  })
  heard.rerender({ said: [message(1), message(2)] })
}

beforeEach(() => {
  shown.mockReset()
  noticeOn.set(false)
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
})
afterEach(() => vi.unstubAllGlobals())

describe('notifications', () => {
  it('tell what others say while the page is hidden', async () => {
    browser('granted', true)
    expect(await setNotice(true)).toBeNull()
    shown.mockReset()
    hear()
    expect(shown.mock.calls).toEqual([['Minho', 'text 2']])
  })

  it('stay off when they are refused', async () => {
    browser('denied', true)
    expect(await setNotice(true)).toBe('refused')
    expect(noticeOn.get()).toBe(false)
  })

  it('stay off where pages cannot make any, as in Chrome on Android', async () => {
    browser('granted', false)
    expect(await setNotice(true)).toBe('unavailable')
    expect(noticeOn.get()).toBe(false)
  })

  it('stay off where there are none', async () => {
    vi.stubGlobal('Notification', undefined)
    expect(await setNotice(true)).toBe('unavailable')
  })

  it('go off, and the room stays, where an earlier visit had turned them on', () => {
    browser('granted', false)
    noticeOn.set(true)
    hear()
    expect(noticeOn.get()).toBe(false)
    expect(localStorage.getItem('malmoi.notice')).toBe('off')
  })
})
