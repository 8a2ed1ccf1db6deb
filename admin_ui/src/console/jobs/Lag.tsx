import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Counts, Minute } from '../model'
import { sparkArea, sparkPath } from '../sparkline'

const box = { width: 300, height: 28 }

interface LagProps {
  lag: Counts['lag']
  minutes: readonly Minute[]
}

/** What waits, right now, and whether it grows. */
export function Lag({ lag, minutes }: LagProps) {
  const t = useText()
  const format = useFormat()
  const oldest = lag.oldest_open_s === null ? t('none') : format.span(lag.oldest_open_s)
  const facts = [
    [t('jobs.lag.openTasks'), format.count(lag.open_tasks)],
    [t('jobs.lag.openBytes'), format.bytes(lag.open_audio_bytes)],
    [t('jobs.lag.outbox'), format.count(lag.outbox_pending)],
    [t('jobs.lag.oldest'), oldest],
  ] as const
  const open = minutes.map((minute) => minute.open)
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
      <svg
        className="spark spark-low"
        viewBox={`0 -2 ${box.width} ${box.height + 4}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path className="spark-area" d={sparkArea(open, box)} />
        <path className="spark-line" d={sparkPath(open, box)} />
      </svg>
      <p className="hint">{t('jobs.lag.text', { most: format.count(Math.max(0, ...open)) })}</p>
    </section>
  )
}
