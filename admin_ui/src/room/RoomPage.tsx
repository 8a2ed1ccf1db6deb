import { useQuery } from '@tanstack/react-query'
import { createLazyRoute, getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useMe } from '../app/me'
import { useProblemText } from '../app/problemText'
import { useText } from '../i18n'
import { Entrance } from './Entrance'
import { forget, openingOf } from './opening'
import { RoomLive } from './RoomLive'
import { useSigning } from './sign/useSigning'
import { useStay } from './sign/useStay'
import './room.css'

const here = getRouteApi('/rooms/$roomId')

function RoomPage() {
  const { roomId } = here.useParams()
  return <Door key={roomId} roomId={roomId} />
}

/** Outside first; inside as soon as the seat is taken. */
function Door({ roomId }: { roomId: string }) {
  const t = useText()
  const problemText = useProblemText()
  const { invite } = here.useSearch()
  const me = useMe()
  const [unseated, setUnseated] = useState(false)
  const signing = useSigning()
  useStay(signing.video !== null)
  const view = useQuery(openingOf(roomId))
  // Whoever comes back opens it anew: the seat may be gone.
  useEffect(() => () => forget(roomId), [roomId])
  if (view.isError) return <p className="page soft">{problemText(view.error)}</p>
  if (view.data === undefined || me.data === undefined) {
    return <p className="page soft">{t('room.opening')}</p>
  }
  const { room, page } = view.data
  if (!room.joined || unseated) {
    const entered = async () => {
      await view.refetch()
      setUnseated(false)
    }
    return (
      <Entrance
        room={room}
        invite={invite}
        back={unseated}
        unsent={signing.video !== null}
        onEntered={entered}
      />
    )
  }
  return (
    <RoomLive
      roomId={roomId}
      title={room.title}
      after={room.last_seq}
      page={page}
      me={me.data.id}
      signing={signing}
      onUnseated={() => setUnseated(true)}
    />
  )
}

export const route = createLazyRoute('/rooms/$roomId')({ component: RoomPage })
