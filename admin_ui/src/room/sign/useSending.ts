import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { codeOf } from '../../api/problem'
import { upload } from '../../api/upload'
import type { SignVideo } from './useSigning'

export interface Sending {
  busy: boolean
  /** 0 to 1. */
  progress: number
  problem: string | null
  send: (video: SignVideo) => void
  /** Nothing is lost: the video can be sent again. */
  cancel: () => void
}

/** Hands a sign video in. Goes on when its page has lost the seat. */
export function useSending(roomId: string, onSent: (key: string) => void): Sending {
  const [progress, setProgress] = useState(0)
  const stop = useRef<AbortController | null>(null)
  const sending = useMutation({
    mutationFn: ({ file, name, key }: SignVideo) => {
      stop.current = new AbortController()
      return upload({
        path: `/rooms/${roomId}/sign/upload`,
        field: 'video_file',
        file,
        name,
        key,
        onProgress: setProgress,
        signal: stop.current.signal,
      })
    },
    onMutate: () => setProgress(0),
    onSuccess: (_, { key }) => onSent(key),
  })
  const cancel = () => {
    stop.current?.abort()
    sending.reset()
  }
  return {
    busy: sending.isPending,
    progress,
    problem: sending.isError ? codeOf(sending.error) : null,
    send: sending.mutate,
    cancel,
  }
}
