import { useCallback } from 'react'
import { codeOf } from '../api/problem'
import { useProblemText } from './problemText'

/**
 * Why something came to nothing, in the reader's language; `own` are the refusals that only one
 * part of the application meets, or that mean something else there. It must not change.
 */
export function useReasonWith<Key extends string>(
  own: Readonly<Record<string, Key>>,
  t: (key: Key) => string,
): (error: unknown) => string {
  const say = useProblemText()
  return useCallback(
    (error: unknown) => {
      const key = own[codeOf(error)]
      return key === undefined ? say(error) : t(key)
    },
    [own, t, say],
  )
}
