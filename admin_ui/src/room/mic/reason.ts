import { useCallback } from 'react'
import { Problem } from '../../api/problem'
import { problemText } from '../../app/problemText'
import { useText, type TextKey } from '../../i18n'

const own: Readonly<Record<string, TextKey>> = {
  MIC_DENIED: 'reason.MIC_DENIED',
  MIC_NONE: 'reason.MIC_NONE',
  MIC_BUSY: 'reason.MIC_BUSY',
  MIC_INSECURE: 'reason.MIC_INSECURE',
  MIC_UNSUPPORTED: 'reason.MIC_UNSUPPORTED',
  MIC_FAILED: 'reason.MIC_FAILED',
  MIC_UNPLUGGED: 'reason.MIC_UNPLUGGED',
  CAMERA_DENIED: 'reason.CAMERA_DENIED',
  CAMERA_NONE: 'reason.CAMERA_NONE',
  CAMERA_BUSY: 'reason.CAMERA_BUSY',
  CAMERA_FAILED: 'reason.CAMERA_FAILED',
  PAGE_HIDDEN: 'reason.PAGE_HIDDEN',
  TURN_ENDED: 'reason.TURN_ENDED',
  LEFT_OVER: 'reason.LEFT_OVER',
  NOBODY_SPOKE: 'reason.NOBODY_SPOKE',
}

/** What a code of the microphone, of a clip or of the gateway means, and the way out. */
export function useReason(): (code: string) => string {
  const t = useText()
  return useCallback(
    (code: string) => {
      const key = own[code]
      return key === undefined ? problemText(new Problem(0, code, ''), t) : t(key)
    },
    [t],
  )
}
