import { sentences } from '../errors'
import { totalS } from '../hops'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Job, Task } from '../model'

/** What happened, in sentences for somebody who has never seen this system. */
export function Said({ detail }: { detail: Job }) {
  const t = useText()
  const { error, job, attempts } = detail
  const tone = job.state === 'failed' ? 'verdict verdict-bad' : 'verdict'
  return (
    <section className={tone} aria-live="polite">
      <p className="verdict-what">{useStory(detail)}</p>
      {job.state !== 'failed' && attempts.length > 0 && (
        <p>{t('job.said.after', { attempts: attempts.length })}</p>
      )}
      {error !== null && <Why error={error} />}
    </section>
  )
}

function Why({ error: { code, detail } }: { error: NonNullable<Job['error']> }) {
  const t = useText()
  const { why, todo } = sentences(code)
  return (
    <dl className="verdict-why">
      <dt>{t('job.why')}</dt>
      <dd>
        {t(why, { code })} <code>{code}</code>
      </dd>
      <dt>{t('job.todo')}</dt>
      <dd>{t(todo)}</dd>
      {detail && (
        <>
          <dt>{t('job.detail')}</dt>
          <dd lang="en">{detail}</dd>
        </>
      )}
    </dl>
  )
}

function useStory(detail: Job): string {
  const t = useText()
  const format = useFormat()
  const { job, hops, transcript, attempts, tasks } = detail
  const chunks = tasks.filter(({ kind }) => kind === 'chunk')
  if (job.state === 'running') {
    if (chunks.length === 0) return t('job.said.running', { percent: job.percent })
    return t('job.said.running.chunks', { percent: job.percent, ...underway(chunks) })
  }
  if (job.state === 'failed' && attempts.length > 1)
    return t('job.said.failed.often', { attempts: attempts.length })
  if (job.state !== 'completed') return t(`job.said.${job.state}`)
  if (transcript?.text.trim() === '') return t('job.said.empty')
  const took = totalS(hops)
  if (took === null) return t('job.said.completed.unknown')
  const length = job.audio_s
  if (chunks.length === 0 || length === null) {
    return t('job.said.completed', { took: format.span(took) })
  }
  return t('job.said.completed.chunks', {
    took: format.span(took),
    length: format.span(length),
    chunks: chunks.length,
  })
}

/** How many chunks there are, are done, and are being worked on by how many. */
function underway(chunks: readonly Task[]) {
  const running = chunks.filter(({ state }) => state === 'running')
  return {
    chunks: chunks.length,
    done: chunks.filter(({ state }) => state === 'succeeded').length,
    workers: new Set(running.map(({ worker_id }) => worker_id)).size,
  }
}
