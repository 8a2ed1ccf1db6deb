import { useCallback, useEffect, useRef, useState } from 'react'
import type { Problem } from '../../api/problem'
import type { MicEvent } from '../mic/states'
import type { Story } from '../story/story'
import { claim, letGo } from './claim'
import { newKey } from '../../api/key'
import { dropClip, keepClip, keptClips, storedClip, type Clip } from './storage'
import { fileName, upload } from '../../api/upload'
import { isJudged, verdictOn } from './verdict'

export interface ClipView {
  clip: Clip
  phase: 'kept' | 'uploading' | 'processing'
  /** Of the upload, 0 to 1. */
  progress: number
  /** Why it is still here. */
  problem: string | null
  messageId: string | null
}

interface Accepted {
  message_id: string | null
  status: 'pending' | 'final' | 'empty'
}

export interface Clips {
  views: readonly ClipView[]
  create: (blob: Blob, name?: string) => Clip
  /** A recording that goes on: what there is of it so far. */
  save: (clip: Clip) => Promise<void>
  /** Kept, and shown with a way to send it. */
  offer: (clip: Clip, problem: string | null) => Promise<void>
  send: (id: string, grant: number) => void
  drop: (id: string) => void
}

export interface ClipsOptions {
  userId: string
  roomId: string
  story: Story
  tellMic: (event: MicEvent) => void
}

async function save(clip: Clip): Promise<void> {
  void claim(clip.id)
  await keepClip(clip)
}

/** Everything recorded or chosen that has not yet become a message. */
export function useClips({ userId, roomId, story, tellMic }: ClipsOptions): Clips {
  const [views, setViews] = useState<readonly ClipView[]>([])
  const known = useRef(new Map<string, Clip>())

  const change = useCallback((id: string, news: Partial<ClipView>) => {
    setViews((now) => now.map((each) => (each.clip.id === id ? { ...each, ...news } : each)))
  }, [])
  const drop = useCallback((id: string) => {
    known.current.delete(id)
    setViews((now) => now.filter((each) => each.clip.id !== id))
    void dropClip(id).then(() => letGo(id))
  }, [])
  const offer = useCallback(async (clip: Clip, problem: string | null) => {
    const view: ClipView = { clip, phase: 'kept', progress: 0, problem, messageId: null }
    known.current.set(clip.id, clip)
    setViews((now) => [...now.filter((each) => each.clip.id !== clip.id), view])
    await save(clip)
  }, [])
  const fail = useCallback(
    (clip: Clip, problem: string, judged: boolean) => {
      if (judged) drop(clip.id)
      void offer(judged ? { ...clip, id: newKey() } : clip, problem)
      tellMic({ type: 'sendFailed', problem })
    },
    [drop, offer, tellMic],
  )
  const succeed = useCallback(
    (id: string) => {
      drop(id)
      tellMic({ type: 'sent' })
    },
    [drop, tellMic],
  )

  const send = useCallback(
    (id: string, grant: number) => {
      const clip = known.current.get(id)
      if (clip === undefined) return
      change(id, { phase: 'uploading', progress: 0, problem: null })
      sendClip(clip, grant, (progress) => change(id, { progress })).then(
        (answer) => {
          if (answer.status === 'final') succeed(id)
          else if (answer.status === 'empty') fail(clip, 'NOBODY_SPOKE', true)
          else change(id, { phase: 'processing', messageId: answer.message_id })
        },
        (problem: Problem) => fail(clip, problem.code, isJudged(problem)),
      )
    },
    [change, succeed, fail],
  )

  useEffect(() => {
    for (const { clip, phase, messageId } of views) {
      if (phase !== 'processing' || messageId === null) continue
      const verdict = verdictOn(story, messageId)
      // The clip goes from this device too, which only an effect may do.
      // eslint-disable-next-line react-hooks/set-state-in-effect
      if (verdict === 'said') succeed(clip.id)
      else if (verdict !== 'waiting') fail(clip, verdict.failed, true)
    }
  }, [story, views, succeed, fail])

  useLeftOver(userId, roomId, offer)
  const create = useCallback(
    (blob: Blob, name = fileName('clip', blob.type)): Clip => {
      return { id: newKey(), userId, roomId, blob, name, createdAt: Date.now() }
    },
    [userId, roomId],
  )
  return { views, create, save, offer, send, drop }
}

const sendClip = (clip: Clip, grant: number, onProgress: (part: number) => void) =>
  upload<Accepted>({
    path: `/rooms/${clip.roomId}/stt`,
    field: 'audio_file',
    file: clip.blob,
    name: clip.name,
    key: clip.id,
    fields: { grant: String(grant) },
    onProgress,
  })

/** Finds what an earlier page could not send, or another window when it is closed. */
function useLeftOver(userId: string, roomId: string, offer: Clips['offer']): void {
  useEffect(() => {
    let here = true
    const adopt = async (id: string) => {
      await claim(id)
      const clip = here ? await storedClip(id) : undefined
      if (clip === undefined) letGo(id)
      else await offer(clip, 'LEFT_OVER')
    }
    void keptClips(userId, roomId).then((kept) => kept.forEach(({ id }) => void adopt(id)))
    return () => {
      here = false
    }
  }, [userId, roomId, offer])
}
