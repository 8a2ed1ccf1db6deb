import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Task } from '../model'
import { StateBadge } from '../parts/StateBadge'
import { Table } from '../parts/Table'

export function Tasks({ tasks }: { tasks: readonly Task[] }) {
  const t = useText()
  const format = useFormat()
  const nameOf = ({ kind, index }: Task) => {
    const name = t(`task.kind.${kind}`)
    return kind === 'chunk' ? t('job.task', { kind: name, index: index + 1 }) : name
  }
  return (
    <section className="card section" aria-labelledby="tasks">
      <h2 id="tasks">{t('job.tasks')}</h2>
      <Table
        caption={t('job.tasks.caption')}
        rows={tasks}
        keyOf={(task) => task.id}
        columns={[
          { name: t('task.col.task'), cell: nameOf },
          { name: t('task.col.state'), cell: ({ state }) => <StateBadge state={state} /> },
          {
            name: t('task.col.attempt'),
            cell: ({ attempt }) => format.count(attempt),
            numeric: true,
          },
          {
            name: t('task.col.failures'),
            cell: ({ failures, losses }) => t('task.failures', { failures, losses }),
          },
          { name: t('task.col.worker'), cell: (task) => <code>{task.worker_id ?? '–'}</code> },
          {
            name: t('task.col.lease'),
            cell: ({ lease_until: until }) =>
              until === null ? '–' : <time dateTime={until}>{format.short(until)}</time>,
          },
        ]}
      />
    </section>
  )
}
