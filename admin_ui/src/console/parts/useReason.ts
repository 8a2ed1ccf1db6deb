import { useCallback } from 'react'
import { codeOf } from '../../api/problem'
import { useProblemText } from '../../app/problemText'
import { useText, type TextKey } from '../i18n'

/** The refusals that operators meet, or that mean something else to them. */
const own: Readonly<Record<string, TextKey>> = {
  NOT_FOUND: 'problem.NOT_FOUND',
  WRONG_STATE: 'problem.WRONG_STATE',
  LAST_ADMIN: 'problem.LAST_ADMIN',
}

/** Why a request came to nothing, in the reader's language. */
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
