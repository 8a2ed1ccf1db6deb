import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { components } from '../../openapi.json'
import { fits, LIMITS, termsOf } from './vocabulary'

describe('the vocabulary of a room', () => {
  it('is what stands between commas and line breaks, of whatever script', () => {
    expect(termsOf(' 세종대왕, 훈민정음\n東京、大阪，\r\n\n New  York ,')).toEqual([
      '세종대왕',
      '훈민정음',
      '東京',
      '大阪',
      'New York',
    ])
    expect(termsOf(' \n')).toEqual([])
  })

  it('has every term once', () => expect(termsOf('a, b, a')).toEqual(['a', 'b']))

  it('has no characters that nobody sees, which the server refuses', () =>
    expect(termsOf('New\u00a0York\tCity, \u200bSeoul')).toEqual(['New York City', 'Seoul']))

  it.each([
    ['as many terms as may be', Array<string>(100).fill('a'), true],
    ['too many terms', Array<string>(101).fill('a'), false],
    ['a long term', ['가'.repeat(60)], true],
    ['too long a term', ['가'.repeat(61)], false],
    ['letters beyond the basic plane, counted as the server counts them', ['𠮷'.repeat(60)], true],
    ['as many letters as may be', Array<string>(10).fill('가'.repeat(60)), true],
    ['too many letters', [...Array<string>(10).fill('가'.repeat(60)), 'a'], false],
  ])('fits or not: %s', (_, terms, so) => expect(fits(terms)).toBe(so))

  it('has the limits of the server', () => {
    const { maxItems, items } = components.schemas.RoomIn.properties.vocabulary
    const rule = readFileSync(join(__dirname, '../../../api_gateway/schemas/rooms.py'), 'utf8')
    const all = /_VOCABULARY_CHARACTERS = (\d+)/.exec(rule)?.[1]
    expect(LIMITS).toEqual({ terms: maxItems, letters: items.maxLength, all: Number(all) })
  })
})
