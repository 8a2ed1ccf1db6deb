import { createLazyRoute, Link } from '@tanstack/react-router'
import { api } from '../../api/client'
import { readFilters } from '../filters'
import { useText } from '../i18n'
import { useLive } from '../live'
import { Answer } from '../parts/Answer'
import { Empty } from '../parts/Empty'
import { Pager, useTurn } from '../parts/Pager'
import { JobFilters } from './JobFilters'
import { JobsTable } from './JobsTable'
import { Lag } from './Lag'
import { StateChips } from './StateChips'
import { Throughput } from './Throughput'
import './figures.css'

function JobsPage() {
  const t = useText()
  const { cursor, ...search } = route.useSearch()
  const turn = useTurn()
  const filters = readFilters(search)
  const jobs = useLive(['jobs', filters, cursor], () =>
    api.GET('/admin/jobs', { params: { query: { ...filters, cursor: cursor ?? null } } }),
  )
  const counts = useLive(['counts'], () => api.GET('/admin/jobs/counts'))
  return (
    <>
      <header className="console-head">
        <h1>{t('jobs.title')}</h1>
        <p className="hint">{t('jobs.live')}</p>
      </header>
      <Answer of={counts}>
        {(data) => (
          <>
            <div className="figures">
              <Throughput minutes={data.throughput} />
              <Lag lag={data.lag} minutes={data.throughput} />
            </div>
            <StateChips counts={data.by_state} filters={filters} />
          </>
        )}
      </Answer>
      <JobFilters filters={filters} />
      <Answer of={jobs}>
        {(page) => (
          <>
            {page.jobs.length > 0 ? (
              <JobsTable jobs={page.jobs} />
            ) : (
              <NoJobs filtered={Object.keys(filters).length > 0 || cursor !== undefined} />
            )}
            <Pager cursor={cursor} next={page.next} onTurn={turn} />
          </>
        )}
      </Answer>
    </>
  )
}

function NoJobs({ filtered }: { filtered: boolean }) {
  const t = useText()
  if (!filtered) return <Empty title={t('jobs.empty')} hint={t('jobs.empty.hint')} />
  return (
    <Empty title={t('jobs.emptyFiltered')} hint={t('jobs.emptyFiltered.hint')}>
      <Link to="/admin/jobs" className="button button-plain">
        {t('filters.clear')}
      </Link>
    </Empty>
  )
}

export const route = createLazyRoute('/admin/jobs')({ component: JobsPage })
