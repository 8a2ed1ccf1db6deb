import { Button } from '../ui/Button'
import { useText } from './i18n'
import { useReason } from './reason'

/** What was refused or never arrived, and a way to ask again. */
export function Trouble({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const t = useText()
  const reason = useReason()
  return (
    <div className="form-error recording-trouble" role="alert">
      <p>{reason(error)}</p>
      {onRetry !== undefined && <Button onClick={onRetry}>{t('retry')}</Button>}
    </div>
  )
}
