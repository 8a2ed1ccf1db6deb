import { steps, totalS, type HopName, type Step } from '../hops'
import { useText, type TextKey } from '../i18n'
import { useFormat } from '../locale'
import type { Hop, Timings } from '../model'
import { Table } from '../parts/Table'

const names: Record<HopName, TextKey> = {
  accepted: 'hop.accepted',
  dispatched: 'hop.dispatched',
  started: 'hop.started',
  planned: 'hop.planned',
  finished: 'hop.finished',
}
const parts = ['fetch_s', 'decode_s', 'vad_s', 'inference_s'] as const

interface Props {
  hops: readonly Hop[]
  /** Whether more is to come. */
  open: boolean
  timings: Timings | null
  /** Whether it was tried more than once. */
  again: boolean
}

/** The job's way hop by hop, and where the seconds went. */
export function HopTimeline({ hops, open, timings, again }: Props) {
  const t = useText()
  const format = useFormat()
  const total = totalS(hops)
  return (
    <section className="card section" aria-labelledby="hops">
      <div className="section-head">
        <h2 id="hops">{t('job.hops')}</h2>
        {total !== null && (
          <p className="hint">
            {t('job.hops.total', { took: format.span(total) })}
            {again && ` · ${t('job.hops.last')}`}
          </p>
        )}
      </div>
      <Table
        caption={t('job.hops.caption')}
        className="hops"
        rows={steps(hops, open)}
        keyOf={(step) => step.name}
        columns={[
          { name: t('job.hops.col.step'), cell: ({ name }) => t(names[name]) },
          { name: t('job.hops.col.at'), cell: (step) => <At at={step.at} /> },
          { name: t('job.hops.col.took'), cell: (step) => <Took step={step} /> },
        ]}
      />
      {timings !== null && <Inside timings={timings} />}
    </section>
  )
}

function At({ at }: { at: string | null }) {
  const t = useText()
  const format = useFormat()
  if (at === null) return <span className="soft">{t('job.hops.pending')}</span>
  return (
    <time dateTime={at} title={format.instant(at)}>
      {format.precise(at)}
    </time>
  )
}

function Took({ step }: { step: Step }) {
  const format = useFormat()
  if (step.tookS === null) return <span className="soft">–</span>
  return (
    <span className="bar-cell">
      {format.span(step.tookS)}
      <span className="bar" style={{ width: `${Math.max(2, step.share * 100)}%` }} />
    </span>
  )
}

function Inside({ timings }: { timings: Timings }) {
  const t = useText()
  const format = useFormat()
  return (
    <>
      <h3 className="sub">{t('job.timings')}</h3>
      <dl className="tiles">
        {parts.map((part) => (
          <div key={part}>
            <dt>{t(`timing.${part}`)}</dt>
            <dd>{format.span(timings[part])}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
