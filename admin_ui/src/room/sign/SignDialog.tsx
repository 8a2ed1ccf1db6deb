import { useMutation } from '@tanstack/react-query'
import { useRef, useState, type ChangeEvent } from 'react'
import { useText } from '../../i18n'
import { codeOf } from '../../api/problem'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { newKey } from '../../api/key'
import { fileName, upload } from '../../api/upload'
import { useBlobUrl } from '../../ui/useBlobUrl'
import { useReason } from '../mic/reason'
import { useCamera } from './useCamera'

interface Props {
  roomId: string
  onClose: () => void
}

interface Chosen {
  file: Blob
  name: string
  key: string
}

/** Record signs with the camera or choose a video, look at it, send it. */
export function SignDialog({ roomId, onClose }: Props) {
  const t = useText()
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const choose = (file: Blob, name: string) => setChosen({ file, name, key: newKey() })
  return (
    <Dialog open onClose={onClose} title={t('sign.title')} description={t('sign.text')}>
      {chosen === null ? (
        <Choose onChosen={choose} />
      ) : (
        <Send roomId={roomId} chosen={chosen} onAgain={() => setChosen(null)} onSent={onClose} />
      )}
    </Dialog>
  )
}

function Choose({ onChosen }: { onChosen: (file: Blob, name: string) => void }) {
  const t = useText()
  const reason = useReason()
  const input = useRef<HTMLInputElement>(null)
  const { open, show, start, record, stop, recording, problem } = useCamera((blob) =>
    onChosen(blob, fileName('sign', blob.type)),
  )
  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (file !== undefined) onChosen(file, file.name)
  }
  return (
    <div className="form">
      {open && (
        <video
          ref={show}
          className="sign-video"
          autoPlay
          muted
          playsInline
          aria-label={t('sign.live')}
        />
      )}
      {problem !== null && (
        <p className="form-error" role="alert">
          {reason(problem)}
        </p>
      )}
      <input
        ref={input}
        type="file"
        accept="video/*"
        hidden
        data-testid="sign-file"
        onChange={picked}
      />
      <div className="dialog-actions">
        {!open && <Button onClick={() => input.current?.click()}>{t('sign.choose')}</Button>}
        {!open && (
          <Button tone="primary" onClick={() => void start()}>
            {t('sign.camera')}
          </Button>
        )}
        {open && !recording && (
          <Button tone="primary" onClick={record}>
            {t('sign.record')}
          </Button>
        )}
        {recording && (
          <Button tone="danger" onClick={stop}>
            {t('sign.stop')}
          </Button>
        )}
      </div>
    </div>
  )
}

interface SendProps {
  roomId: string
  chosen: Chosen
  onAgain: () => void
  onSent: () => void
}

function Send({ roomId, chosen, onAgain, onSent }: SendProps) {
  const t = useText()
  const reason = useReason()
  const url = useBlobUrl(chosen.file)
  const [progress, setProgress] = useState(0)
  const sending = useMutation({
    mutationFn: () =>
      upload({
        path: `/rooms/${roomId}/sign/upload`,
        field: 'video_file',
        file: chosen.file,
        name: chosen.name,
        key: chosen.key,
        onProgress: setProgress,
      }),
    onSuccess: onSent,
  })
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
      {sending.isPending && (
        <progress aria-label={t('clip.progress')} value={progress} max={1} />
      )}
      {sending.isError && (
        <p className="form-error" role="alert">
          {reason(codeOf(sending.error))}
        </p>
      )}
      <div className="dialog-actions">
        <Button disabled={sending.isPending} onClick={onAgain}>
          {t('sign.again')}
        </Button>
        <Button tone="primary" busy={sending.isPending} onClick={() => sending.mutate()}>
          {sending.isError ? t('clip.retry') : t('clip.send')}
        </Button>
      </div>
    </div>
  )
}
