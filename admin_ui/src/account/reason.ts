import { useReasonWith } from '../app/reason'
import { useText, type TextKey } from './i18n'

/** The refusals that only this page meets, or that mean something else here. */
const own: Readonly<Record<string, TextKey>> = {
  TOO_MANY_KEYS: 'keys.tooMany',
  NOT_FOUND: 'keys.gone',
}

export const useReason = (): ((error: unknown) => string) => useReasonWith(own, useText())
