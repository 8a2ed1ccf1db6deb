import { useText } from '../../i18n'
import { Button } from '../../ui/Button'
import { useBlobUrl } from '../../ui/useBlobUrl'
import { useReason } from '../mic/reason'
import type { Sending } from './useSending'
import type { SignVideo } from './useSigning'

interface Props {
  video: SignVideo
  sending: Sending
  onAgain: () => void
}

/** Look at it, send it. */
export function SendVideo({ video, sending, onAgain }: Props) {
  const t = useText()
  const reason = useReason()
  const url = useBlobUrl(video.file)
  return (
    <div className="form">
      <video
        className="sign-video"
        controls
        autoPlay
        muted
        loop
        playsInline
        src={url}
        aria-label={t('sign.preview')}
      />
      {sending.busy && (
        <progress aria-label={t('clip.progress')} value={sending.progress} max={1} />
      )}
      {sending.problem !== null && (
        <p className="form-error" role="alert">
          {reason(sending.problem)}
        </p>
      )}
      <div className="dialog-actions">
        {sending.busy ? (
          <Button onClick={sending.cancel}>{t('common.cancel')}</Button>
        ) : (
          <Button onClick={onAgain}>{t('sign.again')}</Button>
        )}
        <Button tone="primary" busy={sending.busy} onClick={() => sending.send(video)}>
          {sending.problem === null ? t('clip.send') : t('clip.retry')}
        </Button>
      </div>
    </div>
  )
}
