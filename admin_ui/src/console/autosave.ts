/** Keeping an operator's corrections: one pure reducer, whoever drives it brings the timer and the request. */

export type SaveState =
  | { phase: 'saved' }
  | { phase: 'dirty'; revision: number }
  | { phase: 'saving'; revision: number; sent: number }
  | { phase: 'failed'; revision: number; reason: string }

export type SaveEvent =
  | { type: 'edited' }
  | { type: 'sending' }
  | { type: 'stored' }
  | { type: 'refused'; reason: string }

export const SAVED: SaveState = { phase: 'saved' }

function revisionOf(state: SaveState): number {
  return state.phase === 'saved' ? 0 : state.revision
}

/** An edit during a request leaves the state dirty when the request ends: nothing counts as saved that was not sent. */
export function save(state: SaveState, event: SaveEvent): SaveState {
  const revision = revisionOf(state)
  switch (event.type) {
    case 'edited':
      return state.phase === 'saving'
        ? { ...state, revision: revision + 1 }
        : { phase: 'dirty', revision: revision + 1 }
    case 'sending':
      return state.phase === 'dirty' || state.phase === 'failed'
        ? { phase: 'saving', revision, sent: revision }
        : state
    case 'stored':
      if (state.phase !== 'saving') return state
      return state.revision === state.sent ? SAVED : { phase: 'dirty', revision }
    case 'refused':
      return state.phase === 'saving' ? { phase: 'failed', revision, reason: event.reason } : state
  }
}
