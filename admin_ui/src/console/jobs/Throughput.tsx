import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Minute } from '../model'
import { sparkArea, sparkPath, summary } from '../sparkline'

const box = { width: 300, height: 56 }

/** Jobs finished per minute as a line; the sentence below says the same in words. */
export function Throughput({ minutes }: { minutes: readonly Minute[] }) {
  const t = useText()
  const format = useFormat()
  const { completed, failed, busiest } = summary(minutes)
  const whole = minutes.map((minute) => minute.completed + minute.failed)
  const bad = minutes.map((minute) => minute.failed)
  return (
    <figure className="card figure">
      <h2>{t('jobs.throughput')}</h2>
      <svg
        className="spark"
        viewBox={`0 -2 ${box.width} ${box.height + 4}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path className="spark-area" d={sparkArea(whole, box)} />
        <path className="spark-line" d={sparkPath(whole, box)} />
        <path className="spark-bad" d={sparkArea(bad, box, busiest)} />
      </svg>
      <figcaption className="hint">
        {t('jobs.throughput.text', {
          completed: format.count(completed),
          failed: format.count(failed),
          busiest: format.count(busiest),
        })}
      </figcaption>
    </figure>
  )
}
