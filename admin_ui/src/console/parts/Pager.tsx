import { useNavigate } from '@tanstack/react-router'
import { Button } from '../../ui/Button'
import { useText } from '../i18n'

interface Props {
  cursor: string | undefined
  next: string | null
  /** Shows the page that begins there; undefined is the newest. */
  onTurn: (cursor: string | undefined) => void
}

/** To what is older, and back to the newest; the browser's Back is one page back. */
export function Pager({ cursor, next, onTurn }: Props) {
  const t = useText()
  if (cursor === undefined && next === null) return null
  return (
    <nav className="pager" aria-label={t('paging')}>
      {cursor !== undefined && <Button onClick={() => onTurn(undefined)}>{t('newest')}</Button>}
      {next !== null && <Button onClick={() => onTurn(next)}>{t('older')}</Button>}
    </nav>
  )
}

/** The same page of the console, beginning elsewhere; what else the address says stays. */
export function useTurn(): (cursor: string | undefined) => void {
  const navigate = useNavigate()
  return (cursor) =>
    void navigate({
      to: '.',
      search: (now) => {
        const { cursor: _, ...others } = now as { cursor?: string }
        return cursor === undefined ? others : { ...others, cursor }
      },
    })
}
