import { sentences } from '../errors'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import type { Attempt } from '../model'
import { Table } from '../parts/Table'

export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const t = useText()
  const format = useFormat()
  return (
    <section className="card section" aria-labelledby="attempts">
      <h2 id="attempts">{t('job.attempts')}</h2>
      <Table
        caption={t('job.attempts.caption')}
        rows={attempts}
        keyOf={({ attempt, at }) => `${attempt} ${at}`}
        columns={[
          { name: t('attempt.col.attempt'), cell: ({ attempt }) => format.count(attempt) },
          { name: t('attempt.col.code'), cell: (attempt) => <Why attempt={attempt} /> },
          { name: t('task.col.worker'), cell: (each) => <code>{each.worker_id ?? '–'}</code> },
          { name: t('attempt.col.at'), cell: ({ at }) => <time dateTime={at}>{format.short(at)}</time> },
        ]}
      />
    </section>
  )
}

function Why({ attempt: { code, detail } }: { attempt: Attempt }) {
  const t = useText()
  return (
    <>
      <span className="line">
        {t(sentences(code).why, { code })} <code>{code}</code>
      </span>
      <span className="line hint" lang="en">
        {detail}
      </span>
    </>
  )
}
