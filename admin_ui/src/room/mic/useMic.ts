import { useEffect, useState } from 'react'
import type { Clips } from '../clips/useClips'
import type { Room } from '../model'
import { MicDriver } from './driver'
import { initial, type Mic } from './states'
import { isTurnHere } from './turn'
import { useHeartbeat } from './useHeartbeat'

export interface MicHandle {
  driver: MicDriver
  mic: Mic
  stream: MediaStream | null
  /** When this user's turn ends; heartbeats move it, and only their sender hears of that. */
  turnEnds: string | null
}

export function useMic(roomId: string): MicHandle {
  const [mic, onMic] = useState<Mic>(initial)
  const [stream, onStream] = useState<MediaStream | null>(null)
  const [turnEnds, onExpiry] = useState<string | null>(null)
  const [driver] = useState(() => new MicDriver(roomId, { onMic, onStream, onExpiry }))
  useEffect(() => () => driver.close(), [driver])
  useHeartbeat(driver, roomId, mic, onExpiry)
  useHidden(driver)
  const ends = 'grant' in mic.at ? turnEnds : null
  return { driver, mic, stream, turnEnds: ends }
}

/** Tells the microphone where clips go and what happens in the room. */
export function useRoomNews(driver: MicDriver, clips: Clips, room: Room | null, me: string): void {
  useEffect(() => {
    driver.use(clips)
  })
  const speaker = room?.current_speaker_user_id ?? null
  const grant = room?.baton_grant ?? 0
  const roomId = room?.room_id
  useEffect(() => {
    if (roomId === undefined) return
    const mine = speaker === me
    driver.dispatch({ type: 'speaker', user: speaker, mine, grant, here: isTurnHere(roomId, grant) })
  }, [driver, roomId, speaker, grant, me])

  const at = room === null ? -1 : room.queue.indexOf(me)
  const offered = room?.offered_user_id ?? null
  useEffect(() => {
    const offer = offered === null ? null : offered === me ? 'me' : 'other'
    driver.dispatch({ type: 'line', place: at < 0 ? null : at + 1, offer })
  }, [driver, at, offered, me])
}

/** A phone that is locked or put away stops recording by itself, and silently; so we do it first. */
function useHidden(driver: MicDriver): void {
  useEffect(() => {
    const hidden = () => {
      if (document.visibilityState === 'hidden' && matchMedia('(pointer: coarse)').matches) {
        driver.dispatch({ type: 'interrupted', problem: 'PAGE_HIDDEN' })
      }
    }
    document.addEventListener('visibilitychange', hidden)
    return () => document.removeEventListener('visibilitychange', hidden)
  }, [driver])
}
