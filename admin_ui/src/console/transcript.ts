/** The recognised text of a recording, as the job page shows, follows and corrects it. */
import type { Correction } from './model'

export interface Word {
  text: string
  start_s: number
  end_s: number
  probability: number
}

export interface Segment {
  text: string
  start_s: number
  end_s: number
  words?: readonly Word[]
  speaker?: string | null
}

/** Below this the engine itself doubts the word. It is not calibrated: a hint where to listen. */
export const LOW_CONFIDENCE = 0.5

export function isDoubtful(word: Word): boolean {
  return word.probability < LOW_CONFIDENCE
}

/** The place of what is spoken at `second`, or of what was spoken last before it; -1 before the first. */
export function spokenAt(spans: readonly { start_s: number }[], second: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.start_s ?? Infinity) <= second) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Speakers in the order in which they are first heard. */
export function speakers(segments: readonly Segment[]): string[] {
  return [...new Set(segments.flatMap(({ speaker }) => (speaker ? [speaker] : [])))]
}

/** What an operator changed: text by the segment's place, names by the speaker's label. */
export interface Draft {
  texts: Readonly<Record<number, string>>
  names: Readonly<Record<string, string>>
}

export const UNCHANGED: Draft = { texts: {}, names: {} }

/** The text of a segment as corrected, else as recognised. */
export function shownText(segment: Segment, index: number, draft: Draft): string {
  return draft.texts[index] ?? segment.text
}

/** The draft after a segment was edited; going back to the recognised text forgets the change. */
export function edit(
  draft: Draft,
  segments: readonly Segment[],
  index: number,
  text: string,
): Draft {
  const { [index]: _, ...others } = draft.texts
  const changed = text.trim() !== segments[index]?.text.trim()
  return { ...draft, texts: changed ? { ...others, [index]: text } : others }
}

/** The draft after a speaker was given a name; an empty name brings the label back. */
export function rename(draft: Draft, label: string, name: string): Draft {
  const { [label]: _, ...others } = draft.names
  return { ...draft, names: name.trim() === '' ? others : { ...others, [label]: name.trim() } }
}

export function isUnchanged(draft: Draft): boolean {
  return Object.keys(draft.texts).length === 0 && Object.keys(draft.names).length === 0
}

export interface Piece {
  word: Word
  /** What stands before the word in the segment: a space, punctuation, or nothing. */
  gap: string
}

/** The words with what stands between them: engines trim words, and not every language parts them. */
export function pieces({ text, words = [] }: Segment): Piece[] {
  let from = 0
  return words.map((word) => {
    const at = text.indexOf(word.text, from)
    if (at < 0) return { word, gap: from === 0 ? '' : ' ' }
    const gap = text.slice(from, at)
    from = at + word.text.length
    return { word, gap }
  })
}

/** The word of the segment that is heard at `second`; -1 when another segment, or none, is heard. */
export function wordAt(segment: Segment, second: number): number {
  if (second < segment.start_s || second > segment.end_s) return -1
  return spokenAt(segment.words ?? [], second)
}

/** A stored correction as the draft that made it. */
export function draftOf(
  correction: Pick<Correction, 'segments' | 'speakers'> | null,
): Draft {
  if (correction === null) return UNCHANGED
  const texts = Object.fromEntries(correction.segments.map(({ id, text }) => [id, text]))
  return { texts, names: correction.speakers ?? {} }
}
