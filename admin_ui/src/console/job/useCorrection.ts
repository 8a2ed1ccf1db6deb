import { useEffect, useReducer, useRef, useState } from 'react'
import { api } from '../../api/client'
import { save, SAVED } from '../autosave'
import type { Job } from '../model'
import { useReason } from '../parts/useReason'
import { draftOf, edit, isUnchanged, rename, UNCHANGED, type Draft } from '../transcript'

const PAUSE_MS = 800
const AGAIN_MS = 5000

/** The operator's draft, kept by itself after a pause in typing and when the page is left. */
export function useCorrection({ job, transcript, correction }: Job) {
  const reasonOf = useReason()
  const [draft, setDraft] = useState(() => draftOf(correction))
  const [state, dispatch] = useReducer(save, SAVED)
  const segments = transcript?.segments ?? []
  const store = () => {
    dispatch({ type: 'sending' })
    keep(job.id, draft).then(
      () => dispatch({ type: 'stored' }),
      (error: unknown) => dispatch({ type: 'refused', reason: reasonOf(error) }),
    )
  }
  const waits = state.phase === 'dirty' || state.phase === 'failed'
  const pauseMs = state.phase === 'failed' ? AGAIN_MS : PAUSE_MS
  useEffect(() => {
    if (!waits) return undefined
    const timer = setTimeout(store, pauseMs)
    return () => clearTimeout(timer)
  })
  useLeaving(waits, () => void keep(job.id, draft).catch(() => undefined))
  const change = (next: Draft) => {
    setDraft(next)
    dispatch({ type: 'edited' })
  }
  return {
    draft,
    state,
    edit: (index: number, text: string) => change(edit(draft, segments, index, text)),
    rename: (label: string, name: string) => change(rename(draft, label, name)),
    revert: () => change(UNCHANGED),
  }
}

async function keep(jobId: string, draft: Draft): Promise<void> {
  const params = { path: { job_id: jobId } }
  const segments = Object.entries(draft.texts).map(([id, text]) => ({ id: Number(id), text }))
  if (isUnchanged(draft)) await api.DELETE('/admin/jobs/{job_id}/correction', { params })
  else {
    const body = { segments, speakers: draft.names }
    await api.PUT('/admin/jobs/{job_id}/correction', { params, body })
  }
}

/** Leaving for another page keeps the draft first; closing the window asks. */
function useLeaving(unsaved: boolean, last: () => void): void {
  const latest = useRef({ unsaved, last })
  useEffect(() => {
    latest.current = { unsaved, last }
  })
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (latest.current.unsaved) event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => {
      removeEventListener('beforeunload', ask)
      // The newest draft is wanted, not the one of the first drawing.
      if (latest.current.unsaved) latest.current.last()
    }
  }, [])
}
