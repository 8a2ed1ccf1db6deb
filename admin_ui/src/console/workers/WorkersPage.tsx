import { createLazyRoute } from '@tanstack/react-router'
import { api } from '../../api/client'
import { Badge } from '../../ui/Badge'
import { useText } from '../i18n'
import { useLive } from '../live'
import { useFormat } from '../locale'
import type { Worker } from '../model'
import { Answer } from '../parts/Answer'
import { Empty } from '../parts/Empty'
import { Table } from '../parts/Table'

function WorkersPage() {
  const t = useText()
  const workers = useLive(['workers'], () => api.GET('/admin/workers'))
  return (
    <>
      <header className="console-head">
        <h1>{t('workers.title')}</h1>
        <p className="hint">{t('workers.rtf.hint')}</p>
      </header>
      <Answer of={workers}>
        {(data) =>
          data.length === 0 ? (
            <Empty title={t('workers.empty')} hint={t('workers.empty.hint')} />
          ) : (
            <Workers workers={data} />
          )
        }
      </Answer>
    </>
  )
}

function Workers({ workers }: { workers: readonly Worker[] }) {
  const t = useText()
  const format = useFormat()
  const factor = ({ real_time_factor }: Worker) =>
    real_time_factor === null ? '–' : format.count(real_time_factor, 3)
  return (
    <Table
      caption={t('workers.caption')}
      rows={workers}
      keyOf={({ id }) => id}
      columns={[
        { name: t('workers.col.id'), cell: (worker) => <Who worker={worker} /> },
        { name: t('workers.col.alive'), cell: (worker) => <Alive worker={worker} /> },
        { name: t('workers.col.model'), cell: (worker) => <Model worker={worker} /> },
        { name: t('workers.col.tasks'), cell: (worker) => <InHand worker={worker} /> },
        { name: t('workers.col.rtf'), cell: factor, numeric: true },
        { name: t('workers.col.lag'), cell: (worker) => <Lag worker={worker} /> },
        { name: t('workers.col.seen'), cell: ({ seen_at }) => format.ago(seen_at) },
      ]}
    />
  )
}

interface Row {
  worker: Worker
}

function Who({ worker }: Row) {
  const t = useText()
  const format = useFormat()
  return (
    <>
      <code className="line">{worker.id}</code>
      <span className="line hint">
        {t('workers.since', { when: format.short(worker.started_at) })}
      </span>
    </>
  )
}

function Alive({ worker }: Row) {
  const t = useText()
  return worker.alive ? (
    <Badge tone="good">✓ {t('workers.alive')}</Badge>
  ) : (
    <Badge tone="bad">✕ {t('workers.silent')}</Badge>
  )
}

function Model({ worker }: Row) {
  return (
    <>
      <span className="line">{worker.model}</span>
      <span className="line hint">{`${worker.engine} · ${worker.device}`}</span>
    </>
  )
}

/** What a silent worker had in hand is somebody else's by now. */
function InHand({ worker: { tasks, slots, alive } }: Row) {
  const t = useText()
  if (!alive) return <span className="soft">–</span>
  return (
    <>
      <span className="line">
        {tasks.length === 0 ? t('workers.idle') : t('workers.slots', { busy: tasks.length, slots })}
      </span>
      {tasks.map((task) => (
        <code key={task} className="line hint">
          {task.slice(0, 8)}
        </code>
      ))}
    </>
  )
}

function Lag({ worker: { partitions } }: Row) {
  const t = useText()
  const format = useFormat()
  const waiting = Object.entries(partitions)
  const sum = waiting.reduce((total, [, lag]) => total + lag, 0)
  if (waiting.length === 0) return <>{t('none')}</>
  return (
    <details className="payload">
      <summary>{format.count(sum)}</summary>
      <ul className="plain">
        {waiting.map(([partition, lag]) => (
          <li key={partition}>
            <code>{partition}</code>: {format.count(lag)}
          </li>
        ))}
      </ul>
    </details>
  )
}

export const route = createLazyRoute('/admin/workers')({ component: WorkersPage })
