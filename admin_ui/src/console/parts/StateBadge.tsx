import { Badge, type BadgeTone } from '../../ui/Badge'
import { useText } from '../i18n'
import type { JobState, TaskState } from '../model'

const looks: Record<JobState | TaskState, readonly [BadgeTone, string]> = {
  queued: ['neutral', '…'],
  waiting: ['neutral', '…'],
  dispatched: ['neutral', '…'],
  running: ['busy', '▸'],
  completed: ['good', '✓'],
  succeeded: ['good', '✓'],
  failed: ['bad', '✕'],
  cancelled: ['warn', '–'],
}

/** The state's word with a sign of its own: colour alone says nothing. */
export function StateBadge({ state }: { state: JobState | TaskState }) {
  const t = useText()
  const [tone, sign] = looks[state]
  return (
    <Badge tone={tone}>
      <span aria-hidden="true">{sign}</span>
      {t(`state.${state}`)}
    </Badge>
  )
}
