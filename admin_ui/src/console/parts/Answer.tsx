import type { ReactNode } from 'react'
import { useText } from '../i18n'
import { Trouble } from './Trouble'

interface Asked<T> {
  data: T | undefined
  error: Error | null
  refetch: () => unknown
}

/** Draws an answer; while there is none, says why. An older answer stays when refreshing fails. */
export function Answer<T>({ of, children }: { of: Asked<T>; children: (data: T) => ReactNode }) {
  const t = useText()
  if (of.data === undefined) {
    if (of.error !== null) return <Trouble error={of.error} onRetry={() => void of.refetch()} />
    return (
      <p className="soft" role="status">
        {t('loading')}
      </p>
    )
  }
  return (
    <>
      {of.error !== null && (
        <p className="form-error" role="alert">
          {t('problem.stale')}
        </p>
      )}
      {children(of.data)}
    </>
  )
}
