import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api, body } from '../../api/client'
import { codeOf } from '../../api/problem'
import { saveAs } from '../../app/saveAs'
import { Button } from '../../ui/Button'
import { useText } from '../i18n'
import type { Job } from '../model'
import { Trouble } from '../parts/Trouble'
import { Exports } from './Exports'
import { Player } from './Player'
import { usePlayhead } from './playhead'
import { recordingName } from '../../app/recordingName'
import { TranscriptEditor } from './TranscriptEditor'

/** The recording and its text in step. */
export function Recording({ detail }: { detail: Job }) {
  const t = useText()
  const { job, transcript } = detail
  const recording = useQuery({
    queryKey: ['recording', job.id],
    queryFn: () => recordingOf(job.id),
    staleTime: Infinity,
    gcTime: 0,
  })
  const playhead = usePlayhead(recording.data)
  return (
    <section className="card section recording" aria-labelledby="recording">
      <div className="section-head">
        <h2 id="recording">{t('player.title')}</h2>
        {recording.data !== undefined && (
          <Button
            tone="quiet"
            className="button-small"
            onClick={() => saveAs(recording.data, recordingName(job.id, recording.data.type))}
          >
            {t('player.download')}
          </Button>
        )}
      </div>
      {recording.isPending && <p className="soft">{t('player.loading')}</p>}
      {recording.error !== null && <Silent of={recording} />}
      {recording.data !== undefined && (
        <Player playhead={playhead} lengthS={transcript?.duration_s ?? job.audio_s} />
      )}
      {transcript !== null && (
        <>
          <TranscriptEditor detail={detail} playhead={playhead} />
          <Exports jobId={job.id} />
        </>
      )}
    </section>
  )
}

function Silent({ of: { error, refetch } }: { of: UseQueryResult<Blob> }) {
  const t = useText()
  if (error === null) return null
  if (codeOf(error) === 'NOT_FOUND') return <p className="soft">{t('player.gone')}</p>
  return <Trouble error={error} onRetry={() => void refetch()} />
}

function recordingOf(jobId: string): Promise<Blob> {
  const params = { path: { job_id: jobId } }
  return body(api.GET('/admin/jobs/{job_id}/audio', { params, parseAs: 'blob' }))
}
