import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useText } from '../../i18n'
import { Badge } from '../../ui/Badge'
import { Icon } from '../../ui/Icon'
import { useReason } from '../mic/reason'
import { silence } from '../messages/silence'
import { useBlobUrl } from '../../ui/useBlobUrl'
import type { Message } from '../model'
import { mediaOf } from '../requests'

/** A sign message: its video, and that nobody has put it into words yet. */
export function SignVideoView({ message, mine }: { message: Message; mine: boolean }) {
  const t = useText()
  const reason = useReason()
  const state = message.sign?.state ?? 'open'
  if (state === 'failed') {
    return (
      <div className="sign">
        <Badge tone="bad">{t('sign.failed')}</Badge>
        {mine && <p>{reason(message.sign?.code ?? '')}</p>}
      </div>
    )
  }
  return (
    <div className="sign">
      {state === 'open' ? (
        <p className="said-pending">{t('sign.preparing')}</p>
      ) : (
        <Video message={message} />
      )}
      {message.text === null ? (
        <Badge tone="warn">{t('sign.pending')}</Badge>
      ) : (
        <p>{message.text}</p>
      )}
    </div>
  )
}

function Video({ message }: { message: Message }) {
  const t = useText()
  const id = message.message_id
  const [open, setOpen] = useState(false)
  const poster = useQuery({
    queryKey: ['poster', id],
    queryFn: () => mediaOf(id, 'poster'),
    staleTime: Infinity,
  })
  const video = useQuery({
    queryKey: ['video', id],
    queryFn: () => mediaOf(id, 'video'),
    enabled: open,
    staleTime: Infinity,
    gcTime: 60_000,
  })
  const posterUrl = useBlobUrl(poster.data)
  const videoUrl = useBlobUrl(video.data)
  const { width, height } = message.sign ?? {}
  const shape = width && height ? { aspectRatio: `${width} / ${height}` } : {}
  if (videoUrl !== undefined) {
    return (
      <video
        className="sign-video"
        style={shape}
        controls
        autoPlay
        playsInline
        poster={posterUrl}
        src={videoUrl}
        aria-label={t('sign.video')}
        onPlay={(event) => silence(event.currentTarget)}
      />
    )
  }
  return (
    <button
      type="button"
      className="sign-poster"
      style={shape}
      aria-label={t('sign.play')}
      aria-busy={open && video.isLoading}
      onClick={() => setOpen(true)}
    >
      {posterUrl !== undefined && <img src={posterUrl} alt="" />}
      <span className="sign-play">
        <Icon name="play" size={28} />
      </span>
      {video.isError && <span className="hint hint-error">{t('sign.noVideo')}</span>}
    </button>
  )
}
