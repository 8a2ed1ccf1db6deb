import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Counts } from '../model'

/** What waits, right now. */
export function Lag({ lag }: { lag: Counts['lag'] }) {
  const t = useText()
  const format = useFormat()
  const oldest = lag.oldest_open_s === null ? t('none') : format.span(lag.oldest_open_s)
  const facts = [
    [t('jobs.lag.openTasks'), format.count(lag.open_tasks)],
    [t('jobs.lag.openBytes'), format.bytes(lag.open_audio_bytes)],
    [t('jobs.lag.outbox'), format.count(lag.outbox_pending)],
    [t('jobs.lag.oldest'), oldest],
  ] as const
  return (
    <section className="card figure" aria-labelledby="lag">
      <h2 id="lag">{t('jobs.lag')}</h2>
      <dl className="tiles">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
