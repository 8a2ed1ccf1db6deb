import { Link } from '@tanstack/react-router'
import { STATES, type Filters } from '../filters'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import { StateBadge } from '../parts/StateBadge'

interface Props {
  counts: Readonly<Record<string, number>>
  filters: Filters
}

/** How many jobs are in each state; a click shows only those. */
export function StateChips({ counts, filters }: Props) {
  const t = useText()
  const format = useFormat()
  const all = STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
  const { state: chosen, ...others } = filters
  return (
    <ul className="chips" aria-label={t('jobs.byState')}>
      <li>
        <Link to="/admin/jobs" search={others} className="chip" {...current(chosen === undefined)}>
          {t('jobs.all')} <strong>{format.count(all)}</strong>
        </Link>
      </li>
      {STATES.map((state) => (
        <li key={state}>
          <Link
            to="/admin/jobs"
            search={{ ...others, state }}
            className="chip"
            {...current(chosen === state)}
          >
            <StateBadge state={state} /> <strong>{format.count(counts[state] ?? 0)}</strong>
          </Link>
        </li>
      ))}
    </ul>
  )
}

const current = (yes: boolean) => ({
  activeProps: {},
  'data-chosen': yes || undefined,
  'aria-current': yes ? ('true' as const) : undefined,
})
