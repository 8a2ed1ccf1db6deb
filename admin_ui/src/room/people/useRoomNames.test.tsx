import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import { setLocale } from '../../i18n/locale'
import { message, room } from '../examples'
import type { Message } from '../model'
import { useRoomNames } from './useRoomNames'

const names = (messages: Message[]) =>
  renderHook(() => useRoomNames('r', room(), messages), {
    wrapper: ({ children }) => (
      <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
    ),
  }).result.current

it('calls people by the part of their address that one says', () => {
  expect(names([])('me')).toBe('me')
})

it('still knows whoever has left, by what they said', () => {
  expect(names([message(1, { sender_email: 'minho@example.com' })])('other')).toBe('minho')
})

it('says of others that they are gone', () => {
  setLocale('en')
  expect(names([])('stranger')).toBe('Somebody who left')
})
