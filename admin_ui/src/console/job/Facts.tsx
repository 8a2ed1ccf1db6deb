import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { languageName } from '../../i18n/format'
import { useLocale } from '../../i18n/locale'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Job } from '../model'
import { CopyButton } from '../parts/CopyButton'

export function Facts({ detail }: { detail: Job }) {
  const t = useText()
  const format = useFormat()
  const { job, room, trace_id } = detail
  const length = job.audio_s === null ? null : format.span(job.audio_s)
  return (
    <aside className="card facts" aria-labelledby="facts">
      <h2 id="facts">{t('job.facts')}</h2>
      <dl>
        <Fact name={t('job.fact.user')}>
          <Link to="/admin/jobs" search={{ user_id: job.user_id }}>
            {job.user_email}
          </Link>
        </Fact>
        <Fact name={t('job.fact.room')}>
          {room === null ? (
            t('jobs.noRoom')
          ) : (
            <Link to="/admin/jobs" search={{ room_id: room.id }}>
              {room.title}
            </Link>
          )}
        </Fact>
        {fileOf(detail) !== null && <Fact name={t('job.fact.file')}>{fileOf(detail)}</Fact>}
        <Fact name={t('job.fact.audio')}>
          {[length, format.bytes(job.audio_bytes)].filter(Boolean).join(' · ')}
        </Fact>
        <Fact name={t('job.fact.engine')}>{`${job.engine} · ${t(`lane.${job.lane}`)}`}</Fact>
        {job.model !== null && <Fact name={t('job.fact.model')}>{job.model}</Fact>}
        <Language detail={detail} />
        <Relative name={t('job.fact.retryOf')} id={job.retry_of} />
        <Relative name={t('job.fact.retriedAs')} id={job.retried_as} />
        <Fact name={t('job.fact.trace')}>
          <Copyable text={trace_id} label={t('job.trace.copy')} />
        </Fact>
        <Fact name={t('job.fact.id')}>
          <Copyable text={job.id} label={t('job.id.copy')} />
        </Fact>
      </dl>
    </aside>
  )
}

/** What its sender calls the recording; the name of a clip in a room is one that a program made. */
export const fileOf = ({ job, room }: Job): string | null => (room === null ? job.file_name : null)

function Language({ detail: { transcript } }: { detail: Job }) {
  const t = useText()
  const locale = useLocale()
  const format = useFormat()
  if (transcript?.language == null) return null
  const sure = transcript.language_probability
  return (
    <Fact name={t('job.fact.language')}>
      {languageName(transcript.language, locale)}
      {sure != null && <span className="hint"> {format.share(sure)}</span>}
    </Fact>
  )
}

function Relative({ name, id }: { name: string; id: string | null }) {
  const t = useText()
  if (id === null) return null
  return (
    <Fact name={name}>
      <Link to="/admin/jobs/$jobId" params={{ jobId: id }}>
        {t('job.title', { id: id.slice(0, 8) })}
      </Link>
    </Fact>
  )
}

function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span className="copyable">
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
