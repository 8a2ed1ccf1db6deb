import { LiveText } from '../../ui/live/LiveText'
import { pieceOf } from '../../ui/live/pieces'
import { useText } from '../i18n'
import type { Job } from '../model'
import { isFinal } from './final'

/** What the chunks of a long recording say while others are under way, or came to nothing. */
export function SoFar({ detail: { job, tasks, events } }: { detail: Job }) {
  const t = useText()
  const told = events.filter(({ type }) => type === 'job.text')
  const pieces = told.map(({ payload }) => pieceOf(payload)).filter((each) => each !== null)
  if (pieces.length === 0) return null
  return (
    <>
      <h3 className="sub">{t('text.soFar')}</h3>
      {/* It scrolls, so the keyboard must be able to reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="so-far" tabIndex={0} role="region" aria-label={t('text.soFar')}>
        <LiveText
          pieces={pieces}
          chunks={tasks.filter(({ kind }) => kind === 'chunk').length}
          duration_s={job.audio_s}
          open={!isFinal(job.state)}
        />
      </div>
    </>
  )
}
