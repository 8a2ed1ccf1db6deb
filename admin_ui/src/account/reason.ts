import { useCallback } from 'react'
import { codeOf } from '../api/problem'
import { useProblemText } from '../app/problemText'
import { useText, type TextKey } from './i18n'

/** The refusals that only this page meets, or that mean something else here. */
const own: Readonly<Record<string, TextKey>> = {
  TOO_MANY_KEYS: 'keys.tooMany',
  NOT_FOUND: 'keys.gone',
}

/** Why something came to nothing, in the reader's language. */
export function useReason(): (error: unknown) => string {
  const t = useText()
  const say = useProblemText()
  return useCallback(
    (error: unknown) => {
      const key = own[codeOf(error)]
      return key === undefined ? say(error) : t(key)
    },
    [t, say],
  )
}
