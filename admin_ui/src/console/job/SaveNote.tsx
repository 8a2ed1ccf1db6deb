import { Badge, type BadgeTone } from '../../ui/Badge'
import type { SaveState } from '../autosave'
import { useText } from '../i18n'

const tones: Record<SaveState['phase'], BadgeTone> = {
  saved: 'good',
  dirty: 'warn',
  saving: 'busy',
  failed: 'bad',
}

/** Whether what was typed is kept. */
export function SaveNote({ state }: { state: SaveState }) {
  const t = useText()
  const reason = state.phase === 'failed' ? state.reason : ''
  return (
    <span role="status">
      <Badge tone={tones[state.phase]}>{t(`save.${state.phase}`, { reason })}</Badge>
    </span>
  )
}
