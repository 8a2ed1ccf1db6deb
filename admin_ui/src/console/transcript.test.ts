import { describe, expect, test } from 'vitest'

import {
  draftOf,
  edit,
  isDoubtful,
  isUnchanged,
  pieces,
  rename,
  shownText,
  speakers,
  spokenAt,
  UNCHANGED,
  wordAt,
  type Segment,
} from './transcript'

const segments: Segment[] = [
  { text: '안녕하세요', start_s: 1, end_s: 2, speaker: 'S2' },
  { text: '반갑습니다', start_s: 3, end_s: 4, speaker: 'S1' },
  { text: '네', start_s: 5, end_s: 6, speaker: 'S2' },
]

describe('in step with the recording', () => {
  test('the place is what was spoken last', () => {
    expect([0.5, 1, 2.5, 3, 9].map((second) => spokenAt(segments, second))).toEqual([
      -1, 0, 0, 1, 2,
    ])
  })

  test('an empty transcript has no place', () => {
    expect(spokenAt([], 3)).toBe(-1)
  })

  test('words that the engine doubts are told apart', () => {
    expect(isDoubtful({ text: '음', start_s: 0, end_s: 1, probability: 0.49 })).toBe(true)
    expect(isDoubtful({ text: '음', start_s: 0, end_s: 1, probability: 0.5 })).toBe(false)
  })

  test('speakers stand in the order in which they are heard', () => {
    expect(speakers(segments)).toEqual(['S2', 'S1'])
  })
})

describe('correcting', () => {
  test('an edit shows, the recognised text stays', () => {
    const draft = edit(UNCHANGED, segments, 1, '반가워요')

    expect(segments.map((segment, index) => shownText(segment, index, draft))).toEqual([
      '안녕하세요',
      '반가워요',
      '네',
    ])
    expect(segments[1]?.text).toBe('반갑습니다')
  })

  test('going back to the recognised text forgets the change', () => {
    expect(isUnchanged(edit(edit(UNCHANGED, segments, 1, 'x'), segments, 1, '반갑습니다 '))).toBe(
      true,
    )
  })

  test('an empty name brings the label back', () => {
    const named = rename(UNCHANGED, 'S1', ' 민지 ')

    expect(named.names).toEqual({ S1: '민지' })
    expect(isUnchanged(rename(named, 'S1', ' '))).toBe(true)
  })
})

describe('words', () => {
  const word = (text: string, start_s = 0) => ({
    text,
    start_s,
    end_s: start_s + 1,
    probability: 1,
  })

  test('are parted as their language parts them', () => {
    const korean = {
      text: '안녕, 여러분',
      start_s: 0,
      end_s: 2,
      words: [word('안녕,'), word('여러분')],
    }
    const japanese = { text: '東京都', start_s: 0, end_s: 2, words: [word('東京'), word('都')] }

    expect(pieces(korean).map(({ gap }) => gap)).toEqual(['', ' '])
    expect(pieces(japanese).map(({ gap }) => gap)).toEqual(['', ''])
  })

  test('a word that is not in the text stands by itself', () => {
    const odd = { text: 'one two', start_s: 0, end_s: 2, words: [word('one'), word('три')] }

    expect(pieces(odd).map(({ gap }) => gap)).toEqual(['', ' '])
  })

  test('are followed only while their segment is heard', () => {
    const segment = { text: 'a b', start_s: 1, end_s: 3, words: [word('a', 1), word('b', 2)] }

    expect([0.5, 1.5, 2.5, 3.5].map((second) => wordAt(segment, second))).toEqual([-1, 0, 1, -1])
  })

  test('a stored correction becomes the draft that made it', () => {
    const stored = { segments: [{ id: 2, text: '예' }], speakers: { S1: '민지' } }

    expect(draftOf(stored)).toEqual({ texts: { 2: '예' }, names: { S1: '민지' } })
    expect(isUnchanged(draftOf(null))).toBe(true)
  })
})
