import { createLazyRoute, Link } from '@tanstack/react-router'
import { api } from '../../api/client'
import { useText } from '../i18n'
import { useLive } from '../live'
import { useFormat } from '../locale'
import type { DeadLetter } from '../model'
import { Answer } from '../parts/Answer'
import { Empty } from '../parts/Empty'
import { Pager, useTurn } from '../parts/Pager'
import { Table } from '../parts/Table'
import { LetterActions } from './LetterActions'
import { Why } from './Why'

function DeadLettersPage() {
  const t = useText()
  const { cursor } = route.useSearch()
  const turn = useTurn()
  const letters = useLive(['dead-letters', cursor], () =>
    api.GET('/admin/dead-letters', { params: { query: { cursor: cursor ?? null } } }),
  )
  return (
    <>
      <header className="console-head">
        <h1>{t('dead.title')}</h1>
        <p className="hint">{t('dead.hint')}</p>
      </header>
      <Answer of={letters}>
        {(page) => (
          <>
            {page.letters.length === 0 ? (
              <Empty title={t('dead.empty')} hint={t('dead.empty.hint')} />
            ) : (
              <Letters letters={page.letters} />
            )}
            <Pager cursor={cursor} next={page.next} onTurn={turn} />
          </>
        )}
      </Answer>
    </>
  )
}

function Letters({ letters }: { letters: readonly DeadLetter[] }) {
  const t = useText()
  const format = useFormat()
  return (
    <Table
      caption={t('dead.caption')}
      rows={letters}
      keyOf={({ id }) => id}
      columns={[
        {
          name: t('dead.col.at'),
          cell: ({ created_at }) => (
            <time dateTime={created_at} title={format.instant(created_at)}>
              {format.short(created_at)}
            </time>
          ),
        },
        { name: t('dead.col.reason'), cell: (letter) => <Why letter={letter} /> },
        { name: t('dead.col.topic'), cell: (letter) => <code>{letter.source_topic}</code> },
        { name: t('dead.col.job'), cell: (letter) => <JobLink id={letter.job_id} /> },
        { name: t('dead.col.actions'), cell: (letter) => <LetterActions letter={letter} /> },
      ]}
    />
  )
}

function JobLink({ id }: { id: string | null }) {
  const t = useText()
  if (id === null) return <span className="soft">{t('none')}</span>
  return (
    <Link to="/admin/jobs/$jobId" params={{ jobId: id }}>
      {t('job.title', { id: id.slice(0, 8) })}
    </Link>
  )
}

export const route = createLazyRoute('/admin/dead-letters')({ component: DeadLettersPage })
