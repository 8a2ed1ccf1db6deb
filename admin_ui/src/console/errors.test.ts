import { expect, it } from 'vitest'
import { sentences } from './errors'

it.each(['CANCELLED', 'RELEASED', 'WORKER_LOST'])('has sentences for %s', (code) => {
  expect(sentences(code)).toEqual({ why: `error.${code}.why`, todo: `error.${code}.todo` })
})

it('names a code that it does not know', () => {
  expect(sentences('SOMETHING_NEW').why).toBe('error.other.why')
})
