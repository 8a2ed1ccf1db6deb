import { useQuery } from '@tanstack/react-query'
import { createLazyRoute, getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useMe } from '../app/me'
import { useProblemText } from '../app/problemText'
import { useText } from '../i18n'
import { Entrance } from './Entrance'
import { roomNow } from './requests'
import { RoomLive } from './RoomLive'
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
  const view = useQuery({
    queryKey: ['room', roomId],
    queryFn: () => roomNow(roomId),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  if (view.isError) return <p className="page soft">{problemText(view.error)}</p>
  if (view.data === undefined || me.data === undefined) {
    return <p className="page soft">{t('room.opening')}</p>
  }
  if (!view.data.joined || unseated) {
    const entered = async () => {
      await view.refetch()
      setUnseated(false)
    }
    return <Entrance room={view.data} invite={invite} back={unseated} onEntered={entered} />
  }
  return (
    <RoomLive
      roomId={roomId}
      title={view.data.title}
      me={me.data.id}
      onUnseated={() => setUnseated(true)}
    />
  )
}

export const route = createLazyRoute('/rooms/$roomId')({ component: RoomPage })
