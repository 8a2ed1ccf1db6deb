import { useText } from '../../i18n'
import { Button } from '../../ui/Button'
import { canPress } from '../mic/MicButton'
import type { Mic, MicEvent } from '../mic/states'
import { useReason } from '../mic/reason'
import { useBlobUrl } from '../../ui/useBlobUrl'
import type { Clips, ClipView } from './useClips'

interface Props {
  clips: Clips
  mic: Mic
  dispatch: (event: MicEvent) => void
}

/** Recordings on their way, and those that are still here. */
export function ClipList({ clips, mic, dispatch }: Props) {
  const t = useText()
  if (clips.views.length === 0) return null
  return (
    <ul className="clips" aria-label={t('clip.list')}>
      {clips.views.map((view) => (
        <ClipRow
          key={view.clip.id}
          view={view}
          ready={canPress(mic) && mic.at.name !== 'recording'}
          onSend={() => dispatch({ type: 'send', clip: view.clip.id })}
          onDrop={() => clips.drop(view.clip.id)}
        />
      ))}
    </ul>
  )
}

/** Why a clip is here although nobody has tried to send it. */
const UNSENT = new Set(['LEFT_OVER', 'TURN_ENDED', 'PAGE_HIDDEN', 'MIC_UNPLUGGED'])

interface RowProps {
  view: ClipView
  ready: boolean
  onSend: () => void
  onDrop: () => void
}

function ClipRow({ view, ready, onSend, onDrop }: RowProps) {
  const t = useText()
  const reason = useReason()
  if (view.phase !== 'kept') {
    const percent = Math.round(view.progress * 100)
    return (
      <li className="clip">
        <span>{view.phase === 'uploading' ? t('clip.uploading', { percent }) : t('clip.processing')}</span>
        <progress
          aria-label={t('clip.progress')}
          {...(view.phase === 'uploading' ? { value: view.progress, max: 1 } : {})}
        />
      </li>
    )
  }
  const failed = view.problem !== null && !UNSENT.has(view.problem)
  return (
    <li className="clip clip-kept">
      <span role="alert">
        {failed && <strong>{t('clip.failed')} </strong>}
        {view.problem === null ? t('clip.kept') : reason(view.problem)}
      </span>
      <Listen blob={view.clip.blob} />
      <div className="clip-actions">
        <Button tone="quiet" onClick={onDrop}>
          {t('clip.drop')}
        </Button>
        <Button tone="primary" disabled={!ready} onClick={onSend}>
          {failed ? t('clip.retry') : t('clip.send')}
        </Button>
      </div>
    </li>
  )
}

function Listen({ blob }: { blob: Blob }) {
  const t = useText()
  const url = useBlobUrl(blob)
  return <audio controls preload="metadata" src={url} aria-label={t('clip.listen')} />
}
