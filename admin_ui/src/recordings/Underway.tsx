import { useText, type TextKey } from './i18n'
import type { Recording } from './model'
import { Progress } from './Progress'
import { useFollowing } from './useFollowing'

const stages: Readonly<Record<string, TextKey>> = {
  fetch: 'stage.fetch',
  decode: 'stage.decode',
  plan: 'stage.plan',
  transcribe: 'stage.transcribe',
}

/** A recording that is not done: how far it is, as it happens. */
export function Underway({ recording }: { recording: Recording }) {
  const t = useText()
  const stage = useFollowing(recording)
  const running = stages[stage ?? recording.stage ?? ''] ?? 'stage.transcribe'
  return (
    <div className="card recording-underway">
      <p aria-live="polite">{t(recording.state === 'queued' ? 'stage.queued' : running)}</p>
      <Progress of={recording} name={recording.file_name ?? t('unnamed')} />
      {recording.chunks !== null && recording.chunks_done !== null && (
        <p className="hint">
          {t('chunks.done', { done: recording.chunks_done, chunks: recording.chunks })}
        </p>
      )}
    </div>
  )
}
