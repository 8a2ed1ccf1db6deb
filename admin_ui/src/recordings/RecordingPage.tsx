import { useQuery } from '@tanstack/react-query'
import { createLazyRoute, Link } from '@tanstack/react-router'
import { useTitle } from '../app/title'
import { duration, moment } from '../i18n/format'
import { useLocale } from '../i18n/locale'
import { Icon } from '../ui/Icon'
import { Actions } from './Actions'
import { useText } from './i18n'
import { isOpen, type Recording } from './model'
import { Outcome } from './Outcome'
import { keyOf, recordingOf } from './requests'
import { StateBadge } from './StateBadge'
import { Trouble } from './Trouble'
import { Underway } from './Underway'
import './recordings.css'

/** For the time that is left, which the events do not tell. */
const REFRESH_MS = 5000

function RecordingPage() {
  const { jobId } = route.useParams()
  return <RecordingView key={jobId} jobId={jobId} />
}

export function RecordingView({ jobId }: { jobId: string }) {
  const t = useText()
  const recording = useQuery({
    queryKey: keyOf(jobId),
    queryFn: () => recordingOf(jobId),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && isOpen(data.state) ? REFRESH_MS : false,
    staleTime: 0,
  })
  return (
    <section className="page recording">
      <Link to="/recordings" className="recording-back">
        <Icon name="back" size={18} />
        {t('one.back')}
      </Link>
      {recording.isPending && <p className="soft">{t('loading')}</p>}
      {recording.data !== undefined && <Shown recording={recording.data} />}
      {recording.data === undefined && recording.isError && (
        <>
          <h1>{t('title')}</h1>
          <Trouble error={recording.error} onRetry={() => void recording.refetch()} />
        </>
      )}
    </section>
  )
}

function Shown({ recording }: { recording: Recording }) {
  const t = useText()
  const name = recording.file_name ?? t('unnamed')
  useTitle(name)
  const done = recording.state === 'completed'
  return (
    <>
      <header className="page-head">
        <h1 className="recording-title">{name}</h1>
        <Facts recording={recording} />
      </header>
      {/* Before a text that may be long, after a verdict that asks for one of them. */}
      {done && <Actions recording={recording} />}
      {isOpen(recording.state) ? <Underway recording={recording} /> : <Outcome of={recording} />}
      {!done && <Actions recording={recording} />}
    </>
  )
}

function Facts({ recording }: { recording: Recording }) {
  const locale = useLocale()
  const { state, created_at, duration_s } = recording
  return (
    <p className="recording-facts">
      <StateBadge state={state} />
      <time dateTime={created_at}>{moment(created_at, locale)}</time>
      {duration_s !== null && <span>{duration(duration_s)}</span>}
    </p>
  )
}

export const route = createLazyRoute('/recordings/$jobId')({ component: RecordingPage })
