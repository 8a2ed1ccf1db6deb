import { useEffect } from 'react'
import { useText } from '../i18n'

/** Names the page in the browser's tab, and for who hears pages rather than sees them. */
export function useTitle(page: string): void {
  const t = useText()
  const title = `${page} – ${t('brand')}`
  useEffect(() => {
    document.title = title
  }, [title])
}
