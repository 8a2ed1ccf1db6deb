import { useEffect } from 'react'
import { useTitle } from '../app/title'
import { useText } from '../i18n'
import { useClips } from './clips/useClips'
import { Announcer } from './Announcer'
import { Talk } from './messages/Talk'
import { Dock } from './mic/Dock'
import { useMic, useRoomNews } from './mic/useMic'
import type { Message } from './model'
import { NamesContext } from './people/names'
import { useRoomNames } from './people/useRoomNames'
import { RoomHeader } from './RoomHeader'
import { SignDialog } from './sign/SignDialog'
import type { Signing } from './sign/useSigning'
import { useHistory } from './story/useHistory'
import { useStory } from './story/useStory'
import { useNotices } from './useNotices'

interface Props {
  roomId: string
  title: string
  /** The newest number that `page` is sure to include. */
  after: number
  page: readonly Message[] | null
  me: string
  signing: Signing
  onUnseated: () => void
}

/** Inside the room. */
export function RoomLive({ roomId, title, after, page, me, signing, onUnseated }: Props) {
  const t = useText()
  const { story, link, tellStory } = useStory(roomId, after, page)
  const history = useHistory(roomId, page, tellStory)
  const { room, messages } = story
  const names = useRoomNames(roomId, room, messages)
  const { driver, mic, stream, turnEnds } = useMic(roomId)
  const { dispatch } = driver
  const clips = useClips({ userId: me, roomId, story, tellMic: dispatch })
  useRoomNews(driver, clips, room, me)
  useNotices(messages, me, names)
  useTitle(mic.at.name === 'recording' ? t('room.recordingTitle', { title }) : title)
  useEffect(() => {
    if (link === 'unseated') onUnseated()
  }, [link, onUnseated])

  const speaker = room?.current_speaker_user_id ?? null
  return (
    <NamesContext value={names}>
      <div className="room">
        <RoomHeader title={title} room={room} roomId={roomId} me={me} />
        <p className="room-banner" role="status">
          {link === 'reconnecting' && t('room.reconnecting')}
        </p>
        <Talk messages={messages} history={history} me={me} tellStory={tellStory} />
        <Dock
          roomId={roomId}
          mic={mic}
          stream={stream}
          dispatch={dispatch}
          clips={clips}
          speakerName={names(speaker ?? room?.offered_user_id ?? '')}
          turnEnds={turnEnds ?? (speaker === me ? (room?.expires_at ?? null) : null)}
          offerEnds={room?.offer_expires_at ?? null}
          offset={story.offset}
          onLine={(line) => tellStory({ type: 'line', line })}
          onSign={signing.begin}
        />
        {signing.open && <SignDialog roomId={roomId} signing={signing} />}
        <Announcer messages={messages} speaker={speaker} me={me} />
      </div>
    </NamesContext>
  )
}
