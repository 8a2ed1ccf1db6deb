import { useMutation, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api, body } from '../../api/client'
import { codeOf } from '../../api/problem'
import { recordingName, typeAt } from '../../app/recordingName'
import { saveFrom } from '../../app/saveAs'
import { Button } from '../../ui/Button'
import { useText } from '../i18n'
import type { Job } from '../model'
import { Trouble } from '../parts/Trouble'
import { Exports } from './Exports'
import { Player } from './Player'
import { usePlayhead } from './playhead'
import { SoFar } from './SoFar'
import { TranscriptEditor } from './TranscriptEditor'

/** The recording and its text in step. */
export function Recording({ detail }: { detail: Job }) {
  const t = useText()
  const { job, transcript } = detail
  const address = useQuery({
    queryKey: ['recording', job.id],
    queryFn: () => addressOf(job.id),
    staleTime: Infinity,
    gcTime: 0,
  })
  const playhead = usePlayhead(address.data)
  return (
    <section className="card section recording" aria-labelledby="recording">
      <div className="section-head">
        <h2 id="recording">{t('player.title')}</h2>
        {address.data !== undefined && <Save job={job} />}
      </div>
      {address.isPending && <p className="soft">{t('player.loading')}</p>}
      {address.error !== null && <Silent of={address} />}
      {address.data !== undefined && <Player playhead={playhead} detail={detail} />}
      {transcript === null ? (
        <SoFar detail={detail} />
      ) : (
        <>
          <TranscriptEditor detail={detail} playhead={playhead} />
          <Exports jobId={job.id} />
        </>
      )}
    </section>
  )
}

function Save({ job }: { job: Job['job'] }) {
  const t = useText()
  const save = useMutation({
    mutationFn: async () => {
      const url = await addressOf(job.id)
      saveFrom(url, job.file_name ?? recordingName(job.id, await typeAt(url)))
    },
  })
  return (
    <>
      <Button tone="quiet" className="button-small" onClick={() => save.mutate()}>
        {t('player.download')}
      </Button>
      {save.error !== null && <Trouble error={save.error} />}
    </>
  )
}

function Silent({ of: { error, refetch } }: { of: UseQueryResult<string> }) {
  const t = useText()
  if (error === null) return null
  const gone = ['NOT_FOUND', 'AUDIO_EXPIRED'].includes(codeOf(error))
  if (gone) return <p className="soft">{t('player.gone')}</p>
  return <Trouble error={error} onRetry={() => void refetch()} />
}

/** Where it lies: of a recording of many hours only what is heard is fetched. */
async function addressOf(job_id: string): Promise<string> {
  const params = { path: { job_id } }
  return (await body(api.GET('/admin/jobs/{job_id}/audio/url', { params }))).url
}
