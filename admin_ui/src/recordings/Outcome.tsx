import { Link } from '@tanstack/react-router'
import { Problem } from '../api/problem'
import { useText } from './i18n'
import type { Recording } from './model'
import { needsDetail, useReason } from './reason'
import { Reading } from './Reading'

/** What became of a recording. */
export function Outcome({ of: recording }: { of: Recording }) {
  if (recording.state === 'completed') return <Reading recording={recording} />
  return <Verdict recording={recording} />
}

function Verdict({ recording }: { recording: Recording }) {
  const t = useText()
  const { state, retried_as, error } = recording
  const cancelled = state === 'cancelled'
  return (
    <section
      className={cancelled ? 'recording-verdict' : 'recording-verdict recording-verdict-bad'}
      aria-live="polite"
    >
      <h2>{t(cancelled ? 'verdict.cancelled' : 'verdict.failed')}</h2>
      {cancelled && <p>{t('verdict.cancelled.text')}</p>}
      {!cancelled && error !== null && <Why error={error} />}
      {retried_as !== null && (
        <Link to="/recordings/$jobId" params={{ jobId: retried_as }}>
          {t('one.retriedAs')}
        </Link>
      )}
    </section>
  )
}

function Why({ error: { code, detail } }: { error: NonNullable<Recording['error']> }) {
  const reason = useReason()
  return (
    <>
      <p>{reason(new Problem(0, code, detail ?? ''))}</p>
      {needsDetail(code) && detail !== null && (
        <p className="hint" lang="en">
          {detail}
        </p>
      )}
    </>
  )
}
