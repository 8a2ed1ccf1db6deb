import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { pieceOf, type Piece } from '../ui/live/pieces'
import { follow, type Told } from './follow'
import { isOpen, type Recording } from './model'
import { ALL, keyOf } from './requests'

/** Whoever comes late hears the whole story at once: it is drawn at most so often. */
const DRAW_MS = 200
const NOTHING: readonly Piece[] = []

/** Keeps an open recording's state and percent current; gives its stage, and the text so far. */
export function useFollowing({ job_id, state }: Recording) {
  const queries = useQueryClient()
  const [stage, setStage] = useState<string | null>(null)
  const [pieces, setPieces] = useState(NOTHING)
  const open = isOpen(state)
  useEffect(() => {
    if (!open) return
    const stop = new AbortController()
    const text = gathered(setPieces)
    const onTold = (told: Told) => {
      if (typeof told.payload['stage'] === 'string') setStage(told.payload['stage'])
      if (told.type === 'job.text') text.add(told.payload)
      queries.setQueryData<Recording>(keyOf(job_id), (now) => now && after(now, told))
    }
    // Whatever was the end of it, the gateway knows what is so now.
    const look = () => {
      if (!stop.signal.aborted) void queries.invalidateQueries({ queryKey: ALL })
    }
    follow(job_id, onTold, stop.signal).then(look, look)
    return () => {
      stop.abort()
      text.stop()
    }
  }, [queries, job_id, open])
  return { stage, pieces }
}

/** Pieces of text, each once, shown together with those that come close behind. */
function gathered(show: (pieces: readonly Piece[]) => void) {
  const known = new Map<number, Piece>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const draw = () => {
    timer = undefined
    show([...known.values()])
  }
  const add = (payload: Told['payload']) => {
    const piece = pieceOf(payload)
    if (piece === null) return
    known.set(piece.index, piece)
    timer ??= setTimeout(draw, DRAW_MS)
  }
  return { add, stop: () => clearTimeout(timer) }
}

/** What an event changes; the ends are looked up, for they come with more than the event tells. */
function after(now: Recording, { type, payload }: Told): Recording {
  if (!isOpen(now.state)) return now
  if (type === 'job.running') return { ...now, state: 'running' }
  if (type === 'job.planned') return { ...now, ...planOf(payload) }
  const percent = payload['percent']
  if (type !== 'job.progress' || typeof percent !== 'number') return now
  return { ...now, state: 'running', percent: Math.max(now.percent, percent) }
}

function planOf({ chunks, duration_s }: Told['payload']): Partial<Recording> {
  return {
    ...(typeof chunks === 'number' && { chunks }),
    ...(typeof duration_s === 'number' && { duration_s }),
  }
}
