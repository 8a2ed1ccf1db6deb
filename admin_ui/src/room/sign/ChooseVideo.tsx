import { useRef, type ChangeEvent } from 'react'
import { useText } from '../../i18n'
import { Button } from '../../ui/Button'
import { useReason } from '../mic/reason'
import type { Camera } from './useCamera'

interface Props {
  camera: Camera
  onChosen: (file: File) => void
}

/** Record with the camera, or take a file. */
export function ChooseVideo({ camera, onChosen }: Props) {
  const t = useText()
  const reason = useReason()
  const input = useRef<HTMLInputElement>(null)
  const { open, show, start, record, stop, recording, problem } = camera
  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (file !== undefined) onChosen(file)
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
