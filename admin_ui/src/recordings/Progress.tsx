import { useText } from './i18n'
import type { Recording } from './model'
import { remaining } from './remaining'

/** How far an open recording is, and how long it may still take. */
export function Progress({ of: { percent, eta_s }, name }: { of: Recording; name: string }) {
  const t = useText()
  const left = eta_s === null ? null : remaining(eta_s)
  return (
    <span className="advance">
      <progress value={percent} max={100} aria-label={t('progress.of', { name })} />
      <span className="advance-told">
        {t('percent', { percent })}
        {left !== null && ` · ${t(left.key, { count: left.count })}`}
      </span>
    </span>
  )
}
