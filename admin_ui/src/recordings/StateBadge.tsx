import { Badge, type BadgeTone } from '../ui/Badge'
import { useText } from './i18n'
import type { State } from './model'

const looks: Record<State, readonly [BadgeTone, string]> = {
  queued: ['neutral', '…'],
  running: ['busy', '▸'],
  completed: ['good', '✓'],
  failed: ['bad', '✕'],
  cancelled: ['warn', '–'],
}

/** The state's word with a sign of its own: colour alone says nothing. */
export function StateBadge({ state }: { state: State }) {
  const t = useText()
  const [tone, sign] = looks[state]
  return (
    <Badge tone={tone}>
      <span aria-hidden="true">{sign}</span>
      {t(`state.${state}`)}
    </Badge>
  )
}
