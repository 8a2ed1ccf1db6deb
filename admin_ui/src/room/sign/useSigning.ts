import { useCallback, useMemo, useState } from 'react'
import { newKey } from '../../api/key'

export interface SignVideo {
  file: Blob
  name: string
  /** Also the idempotency key: sent twice, it is one message. */
  key: string
  /** Made here, so that it is nowhere else. */
  recorded: boolean
}

export interface Signing {
  open: boolean
  /** Not sent yet. */
  video: SignVideo | null
  begin: () => void
  take: (video: Omit<SignVideo, 'key'>) => void
  sent: (key: string) => void
  /** The dialog stays, for another video. */
  drop: () => void
  close: () => void
}

type Kept = Pick<Signing, 'open' | 'video'>
const closed: Kept = { open: false, video: null }

/** The sign video of a page. It outlives the seat: whoever comes back in may still send it. */
export function useSigning(): Signing {
  const [kept, keep] = useState(closed)
  const begin = useCallback(() => keep({ open: true, video: null }), [])
  const take = useCallback(
    (video: Omit<SignVideo, 'key'>) => keep({ open: true, video: { ...video, key: newKey() } }),
    [],
  )
  const sent = useCallback(
    (key: string) => keep((now) => (now.video?.key === key ? closed : now)),
    [],
  )
  const close = useCallback(() => keep(closed), [])
  return useMemo(
    () => ({ ...kept, begin, take, sent, drop: begin, close }),
    [kept, begin, take, sent, close],
  )
}
