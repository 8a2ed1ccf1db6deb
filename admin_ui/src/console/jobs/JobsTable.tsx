import { Link } from '@tanstack/react-router'
import { sentences } from '../errors'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { JobRow } from '../model'
import { StateBadge } from '../parts/StateBadge'
import { Table, type Column } from '../parts/Table'

export function JobsTable({ jobs }: { jobs: readonly JobRow[] }) {
  const t = useText()
  const columns: Column<JobRow>[] = [
    { name: t('jobs.col.created'), cell: (job) => <When job={job} /> },
    { name: t('jobs.col.state'), cell: (job) => <State job={job} /> },
    { name: t('jobs.col.what'), cell: (job) => <What job={job} /> },
    { name: t('jobs.col.who'), cell: (job) => <Who job={job} /> },
    { name: t('jobs.col.engine'), cell: (job) => <Engine job={job} /> },
    { name: t('jobs.col.audio'), cell: (job) => <Length job={job} />, numeric: true },
    { name: t('jobs.col.took'), cell: (job) => <Took job={job} />, numeric: true },
  ]
  return (
    <Table
      caption={t('jobs.caption')}
      columns={columns}
      rows={jobs}
      keyOf={(job) => job.id}
      className="jobs"
    />
  )
}

interface Row {
  job: JobRow
}

function When({ job }: Row) {
  const t = useText()
  const format = useFormat()
  const when = format.short(job.created_at)
  return (
    <Link
      to="/admin/jobs/$jobId"
      params={{ jobId: job.id }}
      title={format.instant(job.created_at)}
      aria-label={t('jobs.open', { when })}
    >
      <time dateTime={job.created_at}>{when}</time>
    </Link>
  )
}

function State({ job }: Row) {
  const t = useText()
  return (
    <>
      <StateBadge state={job.state} />
      {job.state === 'running' && (
        <progress
          max={100}
          value={job.percent}
          aria-label={t('jobs.percent', { percent: job.percent })}
        />
      )}
    </>
  )
}

function What({ job }: Row) {
  const t = useText()
  const code = job.error_code
  if (code !== null) return <span className="clamp">{t(sentences(code).why, { code })}</span>
  if (job.text_start) return <span className="clamp">{job.text_start}</span>
  return <span className="soft">{job.state === 'completed' ? t('jobs.noText') : '–'}</span>
}

function Who({ job }: Row) {
  const t = useText()
  return (
    <>
      <span className="line">{job.user_email}</span>
      <span className="line hint">{job.room_title ?? t('jobs.noRoom')}</span>
    </>
  )
}

function Engine({ job }: Row) {
  const t = useText()
  return (
    <>
      <span className="line">{job.engine}</span>
      <span className="line hint">{t(`lane.${job.lane}`)}</span>
    </>
  )
}

function Length({ job }: Row) {
  const format = useFormat()
  return <>{job.audio_s === null ? format.bytes(job.audio_bytes) : format.span(job.audio_s)}</>
}

function Took({ job }: Row) {
  const format = useFormat()
  if (job.finished_at === null) return <span className="soft">–</span>
  const seconds = (Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000
  return <>{format.span(seconds)}</>
}
