import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from '../ui/Button'
import { useText } from './i18n'
import { useReason } from './reason'

/** Draws an answer; while there is none, says why. */
export function Asked<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const t = useText()
  const reason = useReason()
  if (of.data !== undefined) return children(of.data)
  if (!of.isError) return <p className="soft">{t('loading')}</p>
  return (
    <div className="form-error account-trouble" role="alert">
      <p>{reason(of.error)}</p>
      <Button onClick={() => void of.refetch()}>{t('retry')}</Button>
    </div>
  )
}
