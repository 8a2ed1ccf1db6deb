import { useText } from '../i18n'
import type { Task } from '../model'

/** One cell for each chunk of a long recording, in order. */
export function ChunkGrid({ tasks }: { tasks: readonly Task[] }) {
  const t = useText()
  return (
    <section className="card section" aria-labelledby="chunks">
      <h2 id="chunks">{t('job.chunks')}</h2>
      <p className="hint">{t('job.chunks.hint')}</p>
      <ol className="chunks">
        {tasks.map(({ id, index, state, attempt }) => {
          const label = t('job.chunk', { index: index + 1, state: t(`state.${state}`), attempt })
          return (
            <li key={id} className={`chunk chunk-${state}`} title={label}>
              <span aria-hidden="true">{index + 1}</span>
              <span className="visually-hidden">{label}</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
