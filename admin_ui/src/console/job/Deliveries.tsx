import { api } from '../../api/client'
import { Badge, type BadgeTone } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { sentenceOf } from '../callbacks'
import { useText } from '../i18n'
import { useAct } from '../live'
import { useFormat } from '../locale'
import type { Delivery, DeliveryState } from '../model'
import { Table } from '../parts/Table'
import { Trouble } from '../parts/Trouble'

const looks: Record<DeliveryState, readonly [BadgeTone, string]> = {
  pending: ['busy', '▸'],
  delivered: ['good', '✓'],
  failed: ['bad', '✕'],
  dropped: ['warn', '–'],
}

interface Props {
  jobId: string
  deliveries: readonly Delivery[]
}

/** Events on their way to the receiver, in the order in which it hears them. */
export function Deliveries({ jobId, deliveries }: Props) {
  const t = useText()
  return (
    <Table
      caption={t('job.callbacks.caption')}
      rows={deliveries}
      keyOf={(delivery) => delivery.id}
      columns={[
        { name: t('callback.col.event'), cell: ({ type }) => <code>{type}</code> },
        { name: t('callback.col.state'), cell: (delivery) => <State of={delivery} /> },
        { name: t('callback.col.attempts'), cell: (delivery) => <Attempts of={delivery} /> },
        {
          name: t('callback.col.act'),
          cell: (delivery) => <Replay jobId={jobId} delivery={delivery} />,
        },
      ]}
    />
  )
}

function State({ of: { state, next_attempt_at: next } }: { of: Delivery }) {
  const t = useText()
  const format = useFormat()
  const [tone, sign] = looks[state]
  return (
    <>
      <Badge tone={tone}>
        <span aria-hidden="true">{sign}</span>
        {t(`callback.state.${state}`)}
      </Badge>
      {next !== null && (
        <time className="line hint" dateTime={next}>
          {t('callback.next', { at: format.short(next) })}
        </time>
      )}
    </>
  )
}

/** So many are in sight; of a day's attempts the others are behind a click. */
const SHOWN = 3

function Attempts({ of: { attempts } }: { of: Delivery }) {
  const t = useText()
  if (attempts.length === 0) return <span className="soft">{t('callback.untried')}</span>
  const earlier = attempts.slice(0, -SHOWN)
  return (
    <>
      {earlier.length > 0 && (
        <details>
          <summary>{t('callback.earlier', { count: earlier.length })}</summary>
          <Tries attempts={earlier} />
        </details>
      )}
      <Tries attempts={attempts.slice(-SHOWN)} />
    </>
  )
}

function Tries({ attempts }: { attempts: Delivery['attempts'] }) {
  const t = useText()
  const format = useFormat()
  return (
    <ol className="tries">
      {attempts.map(({ at, status, outcome, duration_s: took }) => (
        <li key={at}>
          <time dateTime={at} title={format.instant(at)}>
            {format.short(at)}
          </time>{' '}
          {t(sentenceOf(outcome), { outcome })} {status !== null && <code>{status}</code>}{' '}
          <span className="hint">{format.span(took)}</span>
        </li>
      ))}
    </ol>
  )
}

function Replay({ jobId, delivery }: { jobId: string; delivery: Delivery }) {
  const t = useText()
  const params = { path: { job_id: jobId, delivery_id: delivery.id } }
  const replay = useAct(
    () => api.POST('/admin/jobs/{job_id}/callbacks/{delivery_id}/replay', { params }),
    t('callback.replayed'),
  )
  return (
    <>
      <Button
        className="button-small"
        busy={replay.isPending}
        aria-label={t('callback.replay.of', { type: delivery.type })}
        onClick={() => replay.mutate(undefined)}
      >
        {t('callback.replay')}
      </Button>
      {replay.error !== null && <Trouble error={replay.error} />}
    </>
  )
}
