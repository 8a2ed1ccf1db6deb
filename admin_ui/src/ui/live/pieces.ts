/** The text of one chunk of a long recording; chunks end in any order. */
export interface Piece {
  readonly index: number
  readonly start_s: number
  readonly end_s: number
  readonly text: string
}

/** What is known of a part of the recording: its text, or that it is still to come. */
export type Stretch =
  | ({ readonly kind: 'said' } & Piece)
  | {
      readonly kind: 'gap'
      readonly start_s: number
      /** Null where the recording's end is not known. */
      readonly end_s: number | null
    }

/** The piece that a `job.text` event tells of; null for any other payload. */
export function pieceOf(payload: Readonly<Record<string, unknown>>): Piece | null {
  const { index, start_s, end_s, text } = payload
  if (typeof index !== 'number' || typeof start_s !== 'number' || typeof end_s !== 'number') {
    return null
  }
  // The text of a job is erased when its time is over.
  return { index, start_s, end_s, text: typeof text === 'string' ? text.trim() : '' }
}

interface Whole {
  /** In how many chunks it was cut; null while that is not known. */
  chunks: number | null
  duration_s: number | null
}

/** The whole recording in the order of time, with one gap wherever chunks are missing. */
export function inOrder(pieces: readonly Piece[], { chunks, duration_s }: Whole): Stretch[] {
  const known = [...pieces].sort((one, other) => one.index - other.index)
  const stretches: Stretch[] = []
  let [next, end_s] = [0, 0]
  for (const piece of known) {
    if (piece.index > next) stretches.push({ kind: 'gap', start_s: end_s, end_s: piece.start_s })
    stretches.push({ kind: 'said', ...piece })
    next = piece.index + 1
    end_s = piece.end_s
  }
  if (chunks === null || next < chunks) {
    stretches.push({ kind: 'gap', start_s: end_s, end_s: duration_s })
  }
  return stretches
}
