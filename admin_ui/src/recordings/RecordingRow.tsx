import { Link } from '@tanstack/react-router'
import { duration, moment } from '../i18n/format'
import { useLocale } from '../i18n/locale'
import { useText } from './i18n'
import { isOpen, type Recording } from './model'
import { Progress } from './Progress'
import { StateBadge } from './StateBadge'

export function RecordingRow({ recording }: { recording: Recording }) {
  const t = useText()
  const locale = useLocale()
  const { job_id, file_name, state, created_at, duration_s } = recording
  const name = file_name ?? t('unnamed')
  return (
    <li>
      <Link to="/recordings/$jobId" params={{ jobId: job_id }} className="recording-row">
        <span className="recording-name">{name}</span>
        <span className="recording-facts">
          <time dateTime={created_at}>{moment(created_at, locale)}</time>
          {duration_s !== null && <span>{duration(duration_s)}</span>}
        </span>
        <StateBadge state={state} />
        {isOpen(state) && <Progress of={recording} name={name} />}
      </Link>
    </li>
  )
}
