import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { follow, type Told } from './follow'
import { isOpen, type Recording } from './model'
import { ALL, keyOf } from './requests'

/** Keeps an open recording's state and percent current; gives the stage that it is in. */
export function useFollowing({ job_id, state }: Recording): string | null {
  const queries = useQueryClient()
  const [stage, setStage] = useState<string | null>(null)
  const open = isOpen(state)
  useEffect(() => {
    if (!open) return
    const stop = new AbortController()
    const onTold = (told: Told) => {
      if (typeof told.payload['stage'] === 'string') setStage(told.payload['stage'])
      queries.setQueryData<Recording>(keyOf(job_id), (now) => now && after(now, told))
    }
    // Whatever was the end of it, the gateway knows what is so now.
    const look = () => {
      if (!stop.signal.aborted) void queries.invalidateQueries({ queryKey: ALL })
    }
    follow(job_id, onTold, stop.signal).then(look, look)
    return () => stop.abort()
  }, [queries, job_id, open])
  return stage
}

/** What an event changes; the ends are looked up, for they come with more than the event tells. */
function after(now: Recording, { type, payload }: Told): Recording {
  if (!isOpen(now.state)) return now
  if (type === 'job.running') return { ...now, state: 'running' }
  const percent = payload['percent']
  if (type !== 'job.progress' || typeof percent !== 'number') return now
  return { ...now, state: 'running', percent: Math.max(now.percent, percent) }
}
