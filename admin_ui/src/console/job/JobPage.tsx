import { createLazyRoute, Link } from '@tanstack/react-router'
import { api } from '../../api/client'
import { useText } from '../i18n'
import { useLive } from '../live'
import type { Job, Task } from '../model'
import { Answer } from '../parts/Answer'
import { StateBadge } from '../parts/StateBadge'
import { Attempts } from './Attempts'
import { Callbacks } from './Callbacks'
import { ChunkGrid } from './ChunkGrid'
import { Facts, fileOf } from './Facts'
import { HopTimeline } from './HopTimeline'
import { JobActions } from './JobActions'
import { RawJson } from './RawJson'
import { Recording } from './Recording'
import { Said } from './Said'
import { Tasks } from './Tasks'
import { isFinal } from './final'
import './job.css'
import './player.css'
import './transcript.css'

function JobPage() {
  const t = useText()
  const { jobId } = route.useParams()
  const detail = useLive(
    ['job', jobId],
    () => api.GET('/admin/jobs/{job_id}', { params: { path: { job_id: jobId } } }),
    ({ job }) => isFinal(job.state),
    isHeavy,
  )
  // Another job starts with nothing of the one before: no position, no draft.
  const known = detail.data?.job.id === jobId ? detail.data : undefined
  return (
    <>
      <Link to="/admin/jobs" className="back" activeOptions={{ exact: true }}>
        ← {t('job.back')}
      </Link>
      {known === undefined && <h1>{t('job.title', { id: jobId.slice(0, 8) })}</h1>}
      <Answer of={{ ...detail, data: known }}>
        {(data) => <Known key={data.job.id} detail={data} />}
      </Answer>
    </>
  )
}

/** Megabytes, of many hours: what is over is not fetched again and again. */
const HEAVY_SEGMENTS = 500
const isHeavy = ({ transcript }: Job): boolean =>
  (transcript?.segments.length ?? 0) > HEAVY_SEGMENTS

/** Of hundreds of chunks only those that somebody may ask about. */
function isRemarkable({ kind, state, attempt }: Task): boolean {
  return kind === 'utterance' || attempt > 1 || !['waiting', 'succeeded'].includes(state)
}

function Known({ detail }: { detail: Job }) {
  const t = useText()
  const chunks = detail.tasks.filter(({ kind }) => kind === 'chunk')
  return (
    <>
      <header className="console-head job-head">
        <div>
          <h1>{t('job.title', { id: detail.job.id.slice(0, 8) })}</h1>
          <StateBadge state={detail.job.state} />
          {fileOf(detail) !== null && <p className="soft">{fileOf(detail)}</p>}
        </div>
        <JobActions job={detail.job} />
      </header>
      <Said detail={detail} />
      <div className="job-columns">
        <div className="job-main">
          <Recording detail={detail} />
          <HopTimeline
            hops={detail.hops}
            open={!isFinal(detail.job.state)}
            timings={detail.timings}
            again={detail.tasks.some(({ attempt }) => attempt > 1)}
          />
          {chunks.length > 0 && <ChunkGrid chunks={chunks} />}
          <Tasks tasks={detail.tasks.filter(isRemarkable)} />
          {detail.attempts.length > 0 && <Attempts attempts={detail.attempts} />}
          <Callbacks jobId={detail.job.id} ended={isFinal(detail.job.state)} />
        </div>
        <Facts detail={detail} />
      </div>
      <RawJson detail={detail} />
    </>
  )
}

export const route = createLazyRoute('/admin/jobs/$jobId')({ component: JobPage })
