import { createLazyRoute } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useMe } from '../app/me'
import { useTitle } from '../app/title'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { DropZone } from './DropZone'
import { useText } from './i18n'
import { belongsTo, useSending } from './outbox'
import { RecordingRow } from './RecordingRow'
import { SendingList } from './SendingList'
import { Trouble } from './Trouble'
import { useArrivals, useRecordings } from './useRecordings'
import './recordings.css'

export function RecordingsPage() {
  const t = useText()
  useTitle(t('title'))
  const sending = useSending()
  const recordings = useRecordings()
  useArrivals(sending)
  const me = useMe().data?.id
  useEffect(() => {
    if (me !== undefined) belongsTo(me)
  }, [me])
  const all = recordings.data?.pages.flatMap((each) => each.jobs) ?? []
  return (
    <section className="page recordings">
      <header className="page-head">
        <h1>{t('title')}</h1>
        <p className="soft">{t('lead')}</p>
      </header>
      <DropZone />
      <SendingList sending={sending} />
      {recordings.isPending && <p className="soft">{t('loading')}</p>}
      {recordings.isError && all.length === 0 && (
        <Trouble error={recordings.error} onRetry={() => void recordings.refetch()} />
      )}
      {recordings.isSuccess && all.length === 0 && sending.length === 0 && <Nothing />}
      {all.length > 0 && (
        <ul className="recording-list" aria-label={t('list')}>
          {all.map((each) => (
            <RecordingRow key={each.job_id} recording={each} />
          ))}
        </ul>
      )}
      {recordings.hasNextPage && (
        <Button
          busy={recordings.isFetchingNextPage}
          onClick={() => void recordings.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </section>
  )
}

function Nothing() {
  const t = useText()
  return (
    <div className="recordings-empty">
      <Icon name="mic" size={40} />
      <h2>{t('empty.title')}</h2>
      <p className="soft">{t('empty.text')}</p>
    </div>
  )
}

export const route = createLazyRoute('/recordings')({ component: RecordingsPage })
