import { Button } from '../ui/Button'
import { LiveText } from '../ui/live/LiveText'
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

/** To where the next words will come. */
function toTheGap(): void {
  document.querySelector('.live-gap')?.scrollIntoView({ block: 'center' })
}

/** A recording that is not done: how far it is and what it says so far, as it happens. */
export function Underway({ recording }: { recording: Recording }) {
  const t = useText()
  const { stage, pieces } = useFollowing(recording)
  const { state, chunks, chunks_done, duration_s } = recording
  const running = stages[stage ?? recording.stage ?? ''] ?? 'stage.transcribe'
  const done = Math.max(chunks_done ?? 0, pieces.length)
  return (
    <>
      <div className="card recording-underway">
        <p aria-live="polite">{t(state === 'queued' ? 'stage.queued' : running)}</p>
        <Progress of={recording} name={recording.file_name ?? t('unnamed')} />
        {chunks !== null && <p className="hint">{t('chunks.done', { done, chunks })}</p>}
      </div>
      {pieces.length > 0 && (
        <section className="card recording-said" aria-labelledby="so-far">
          <header className="recording-said-head">
            <h2 id="so-far">{t('soFar.title')}</h2>
            <Button tone="quiet" onClick={toTheGap}>
              {t('soFar.toGap')}
            </Button>
            <p className="hint">{t('soFar.text')}</p>
          </header>
          <LiveText pieces={pieces} chunks={chunks} duration_s={duration_s} open />
        </section>
      )}
    </>
  )
}
