import { useReasonWith } from '../../app/reason'
import { useText, type TextKey } from '../i18n'

/** The refusals that operators meet, or that mean something else to them. */
const own: Readonly<Record<string, TextKey>> = {
  NOT_FOUND: 'problem.NOT_FOUND',
  WRONG_STATE: 'problem.WRONG_STATE',
  LAST_ADMIN: 'problem.LAST_ADMIN',
}

export const useReason = (): ((error: unknown) => string) => useReasonWith(own, useText())
