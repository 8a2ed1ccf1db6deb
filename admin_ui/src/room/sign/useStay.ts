import { useBlocker } from '@tanstack/react-router'
import { useCallback } from 'react'
import { useText } from '../../i18n'

/** While something is unsent, leaving the page asks first: links, Back, and closing the window. */
export function useStay(unsent: boolean): void {
  const t = useText()
  const shouldBlockFn = useCallback(
    () => !window.confirm(`${t('sign.discard')}\n${t('sign.discardText')}`),
    [t],
  )
  useBlocker({ shouldBlockFn, disabled: !unsent })
}
