import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useProblemText } from '../app/problemText'
import { useText } from '../i18n'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Menu } from '../ui/Menu'
import { useToast } from '../ui/Toast'
import { InviteDialog } from './InviteDialog'
import { saveAs } from '../app/saveAs'
import type { Room } from './model'
import { People } from './people/People'
import { exportOf, leaveRoom, type ExportFormat } from './requests'
import { noticeOn, setNotice, setSound, soundOn } from './useNotices'

const NO_NOTICE = { refused: 'menu.noticeRefused', unavailable: 'menu.noticeUnavailable' } as const

interface Props {
  title: string
  room: Room | null
  roomId: string
  me: string
}

export function RoomHeader({ title, room, roomId, me }: Props) {
  const t = useText()
  // The first thing to do in a room with a free seat.
  const alone = room !== null && room.participants.length < room.capacity
  const [inviting, setInviting] = useState(false)
  return (
    <header className="room-head">
      <div className="room-title">
        <Link to="/rooms" className="icon-button" aria-label={t('notFound.back')}>
          <Icon name="back" />
        </Link>
        <h1 title={title}>{title}</h1>
        <Button tone={alone ? 'primary' : 'plain'} onClick={() => setInviting(true)}>
          <Icon name="link" size={18} />
          {t('invite.open')}
        </Button>
        <RoomMenu roomId={roomId} title={title} />
      </div>
      {room !== null && <People room={room} me={me} />}
      {inviting && <InviteDialog roomId={roomId} onClose={() => setInviting(false)} />}
    </header>
  )
}

function RoomMenu({ roomId, title }: { roomId: string; title: string }) {
  const t = useText()
  const tell = useToast()
  const navigate = useNavigate()
  const problemText = useProblemText()
  const sound = soundOn.use()
  const notice = noticeOn.use()
  const leave = useMutation({
    mutationFn: () => leaveRoom(roomId),
    onSuccess: () => navigate({ to: '/rooms' }),
    onError: (error) => tell(problemText(error), 'bad'),
  })
  const save = (format: ExportFormat) =>
    void exportOf(roomId, format).then(
      (blob) => saveAs(blob, `${title}.${format}`),
      (error: unknown) => tell(problemText(error), 'bad'),
    )
  const notify = async () => {
    const why = await setNotice(!notice)
    if (why !== null) tell(t(NO_NOTICE[why]), 'bad')
  }
  return (
    <Menu
      trigger={
        <button type="button" className="icon-button" aria-label={t('menu.open')}>
          <Icon name="more" />
        </button>
      }
      items={[
        { label: t('menu.sound'), checked: sound, onSelect: () => setSound(!sound) },
        { label: t('menu.notice'), checked: notice, onSelect: () => void notify() },
        { label: t('menu.txt'), onSelect: () => save('txt') },
        { label: t('menu.srt'), onSelect: () => save('srt') },
        { label: t('menu.json'), onSelect: () => save('json') },
        { label: t('menu.leave'), onSelect: () => leave.mutate(), danger: true },
      ]}
    />
  )
}
