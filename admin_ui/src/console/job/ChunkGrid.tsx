import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Task } from '../model'

/** One cell for each chunk of a long recording, in order, filled as far as it is done. */
export function ChunkGrid({ chunks }: { chunks: readonly Task[] }) {
  const t = useText()
  return (
    <section className="card section" aria-labelledby="chunks">
      <h2 id="chunks">{t('job.chunks')}</h2>
      <p className="hint">{t('job.chunks.hint')}</p>
      <ol className="chunks">
        {chunks.map((chunk) => (
          <Cell key={chunk.id} chunk={chunk} />
        ))}
      </ol>
    </section>
  )
}

function Cell({ chunk }: { chunk: Task }) {
  const t = useText()
  const format = useFormat()
  const label = t('job.chunk', {
    index: chunk.index + 1,
    from: format.place(chunk.start_s),
    state: t(`state.${chunk.state}`),
    attempt: chunk.attempt,
    worker: chunk.worker_id ?? '–',
  })
  return (
    <li className={`chunk chunk-${chunk.state}`} title={label}>
      <span aria-hidden="true">{chunk.index + 1}</span>
      <span className="visually-hidden">{label}</span>
      {chunk.state === 'running' && (
        <span className="chunk-done" style={{ width: `${chunk.percent}%` }} aria-hidden="true" />
      )}
    </li>
  )
}
