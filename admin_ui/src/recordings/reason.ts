import { useCallback } from 'react'
import { Problem } from '../api/problem'
import { isKnown, useProblemText } from '../app/problemText'
import { useText, type TextKey } from './i18n'

/** What means something else here than in a room. */
const own: Readonly<Record<string, TextKey>> = {
  NOT_FOUND: 'one.missing',
  WRONG_STATE: 'why.wrongState',
  LANGUAGE_UNSUPPORTED: 'why.language',
  AUDIO_TOO_LONG: 'why.tooLong',
  AUDIO_TOO_LARGE: 'why.tooLarge',
  BODY_TOO_LARGE: 'why.tooLarge',
  AUDIO_MISSING: 'why.ours',
  ENGINE_FAILED: 'why.ours',
  ENGINE_CRASHED: 'why.ours',
  ENGINE_TIMEOUT: 'why.ours',
  ENGINE_OUT_OF_MEMORY: 'why.ours',
  WORKER_LOST: 'why.ours',
}

/** Whether the recording itself is at fault: the same again would fail again. */
export const isHopeless = (code: string): boolean => !needsDetail(code) && own[code] !== 'why.ours'

/** Whether `detail` would tell more than our own sentence. */
export const needsDetail = (code: string): boolean => own[code] === undefined && !isKnown(code)

/** Why something came to nothing and what to do, in the reader's language. */
export function useReason(): (error: unknown) => string {
  const t = useText()
  const say = useProblemText()
  return useCallback(
    (error: unknown) => {
      const key = error instanceof Problem ? own[error.code] : undefined
      return key === undefined ? say(error) : t(key)
    },
    [t, say],
  )
}
