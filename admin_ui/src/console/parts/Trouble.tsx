import { Problem } from '../../api/problem'
import { Button } from '../../ui/Button'
import { useText } from '../i18n'
import { useReason } from './useReason'

/** What happened and what to do, for a request that was refused or never arrived. */
export function Trouble({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const t = useText()
  const reasonOf = useReason()
  const refusal = error instanceof Problem && error.status > 0 ? error : null
  const trace = refusal?.body['trace_id']
  return (
    <div className="trouble" role="alert">
      <p className="trouble-title">{t('problem.title')}</p>
      <p>{reasonOf(error)}</p>
      {refusal !== null && (
        <p className="hint" lang="en">
          {refusal.detail} ({refusal.code})
        </p>
      )}
      {typeof trace === 'string' && <p className="hint">{t('problem.trace', { trace })}</p>}
      {onRetry !== undefined && <Button onClick={onRetry}>{t('retry')}</Button>}
    </div>
  )
}
