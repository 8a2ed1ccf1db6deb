import { useCallback } from 'react'
import { Problem } from '../api/problem'
import { text, useText, type TextKey } from '../i18n'

/** The refusals that people of a room can meet. */
const known: Readonly<Record<string, TextKey>> = {
  NETWORK: 'problem.NETWORK',
  UNAVAILABLE: 'problem.UNAVAILABLE',
  UNAUTHORIZED: 'problem.UNAUTHORIZED',
  INVALID_CREDENTIALS: 'problem.INVALID_CREDENTIALS',
  TOO_MANY_ATTEMPTS: 'problem.TOO_MANY_ATTEMPTS',
  RATE_LIMITED: 'problem.RATE_LIMITED',
  QUOTA_EXCEEDED: 'problem.QUOTA_EXCEEDED',
  AUDIO_EXPIRED: 'problem.EXPIRED',
  TEXT_EXPIRED: 'problem.EXPIRED',
  EMAIL_TAKEN: 'problem.EMAIL_TAKEN',
  MALFORMED_REQUEST: 'problem.MALFORMED_REQUEST',
  NOT_FOUND: 'problem.NOT_FOUND',
  INVALID_PASSWORD: 'problem.INVALID_PASSWORD',
  ROOM_FULL: 'problem.ROOM_FULL',
  SPEAKER_TAKEN: 'problem.SPEAKER_TAKEN',
  NOT_SPEAKER: 'problem.NOT_SPEAKER',
  BODY_TOO_LARGE: 'problem.BODY_TOO_LARGE',
  AUDIO_EMPTY: 'problem.AUDIO_EMPTY',
  AUDIO_UNREADABLE: 'problem.AUDIO_UNREADABLE',
  NO_AUDIO_TRACK: 'problem.NO_AUDIO_TRACK',
  AUDIO_FORMAT_REFUSED: 'problem.AUDIO_FORMAT_REFUSED',
  AUDIO_TOO_LONG: 'problem.AUDIO_TOO_LONG',
  AUDIO_TOO_LARGE: 'problem.AUDIO_TOO_LONG',
  AUDIO_MISSING: 'problem.ENGINE',
  ENGINE_FAILED: 'problem.ENGINE',
  ENGINE_CRASHED: 'problem.ENGINE',
  ENGINE_TIMEOUT: 'problem.ENGINE',
  ENGINE_OUT_OF_MEMORY: 'problem.ENGINE',
  WORKER_LOST: 'problem.ENGINE',
  SPEAKER_ALREADY: 'problem.SPEAKER_ALREADY',
  NOT_YOURS: 'problem.NOT_YOURS',
  IDEMPOTENCY_KEY_REUSED: 'problem.IDEMPOTENCY_KEY_REUSED',
  LANGUAGE_UNSUPPORTED: 'problem.LANGUAGE_UNSUPPORTED',
  VIDEO_EMPTY: 'problem.VIDEO_EMPTY',
  VIDEO_UNREADABLE: 'problem.VIDEO_UNREADABLE',
  VIDEO_FORMAT_REFUSED: 'problem.VIDEO_FORMAT_REFUSED',
  NO_VIDEO_TRACK: 'problem.NO_VIDEO_TRACK',
  VIDEO_TOO_LONG: 'problem.VIDEO_TOO_LONG',
  VIDEO_TOO_LARGE: 'problem.VIDEO_TOO_LARGE',
  VIDEO_MISSING: 'problem.SIGN_SERVICE',
  TRANSCODE_CRASHED: 'problem.SIGN_SERVICE',
  TRANSCODE_TIMEOUT: 'problem.SIGN_SERVICE',
  TRANSCODE_OUT_OF_MEMORY: 'problem.SIGN_SERVICE',
  SIGN_SERVICE_LOST: 'problem.SIGN_SERVICE',
}

/** Whether there is a sentence of ours for this code. */
export const isKnown = (code: string): boolean => code in known

/** What went wrong and what to do, in the reader's language; details of others as they came. */
export function problemText(error: unknown, say: typeof text = text): string {
  if (!(error instanceof Problem)) return say('problem.other')
  const key = known[error.code]
  if (key !== undefined) return say(key)
  return say('problem.otherCode', { code: error.code })
}

export function useProblemText(): (error: unknown) => string {
  const t = useText()
  return useCallback((error: unknown) => problemText(error, t), [t])
}
