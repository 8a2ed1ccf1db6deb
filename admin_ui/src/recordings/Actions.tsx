import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { recordingName, typeAt } from '../app/recordingName'
import { saveFrom } from '../app/saveAs'
import { Button } from '../ui/Button'
import { ConfirmDialog } from '../ui/ConfirmDialog'
import { useToast } from '../ui/Toast'
import { useText, type TextKey } from './i18n'
import { isOpen, type Recording } from './model'
import { isHopeless, useReason } from './reason'
import {
  ALL,
  cancelRecording,
  deleteRecording,
  freshSoundOf,
  keyOf,
  retryRecording,
} from './requests'

/** What its owner may do with a recording. */
export function Actions({ recording }: { recording: Recording }) {
  const t = useText()
  const { state, retried_as } = recording
  const again = (state === 'failed' || state === 'cancelled') && retried_as === null
  return (
    <div className="recording-actions">
      {isOpen(state) && <Cancel jobId={recording.job_id} />}
      {again && <Retry recording={recording} />}
      <Save recording={recording} />
      <Delete jobId={recording.job_id} label={t('one.delete')} />
    </div>
  )
}

/** Does something with the recording, and says why where it comes to nothing. */
function useAct<R>(act: () => Promise<R>, onDone?: (result: R) => void, done?: TextKey) {
  const t = useText()
  const tell = useToast()
  const reason = useReason()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: (result) => {
      if (done !== undefined) tell(t(done))
      onDone?.(result)
    },
    onError: (error) => {
      tell(reason(error), 'bad')
      void queries.invalidateQueries({ queryKey: ALL })
    },
  })
}

function Cancel({ jobId }: { jobId: string }) {
  const t = useText()
  const queries = useQueryClient()
  const show = (now: Recording) => queries.setQueryData(keyOf(jobId), now)
  const act = useAct(() => cancelRecording(jobId), show, 'one.cancelled')
  return (
    <Button busy={act.isPending} onClick={() => act.mutate()}>
      {t('one.cancel')}
    </Button>
  )
}

function Retry({ recording: { job_id: jobId, error } }: { recording: Recording }) {
  const t = useText()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const act = useAct(
    () => retryRecording(jobId),
    ({ job_id }) => {
      void queries.invalidateQueries({ queryKey: ALL })
      void navigate({ to: '/recordings/$jobId', params: { jobId: job_id } })
    },
  )
  return (
    <Button
      tone={error !== null && isHopeless(error.code) ? 'plain' : 'primary'}
      busy={act.isPending}
      onClick={() => act.mutate()}
    >
      {t('one.retry')}
    </Button>
  )
}

function Save({ recording: { job_id, file_name } }: { recording: Recording }) {
  const t = useText()
  const queries = useQueryClient()
  const save = async () => {
    const url = await queries.fetchQuery(freshSoundOf(job_id))
    saveFrom(url, file_name ?? recordingName(job_id, await typeAt(url)))
  }
  const act = useAct(save)
  return (
    <Button busy={act.isPending} onClick={() => act.mutate()}>
      {t('one.download')}
    </Button>
  )
}

function Delete({ jobId, label }: { jobId: string; label: string }) {
  const t = useText()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const leave = async () => {
    await navigate({ to: '/recordings' })
    queries.removeQueries({ queryKey: keyOf(jobId) })
    await queries.invalidateQueries({ queryKey: ALL })
  }
  const act = useAct(() => deleteRecording(jobId), () => void leave(), 'one.deleted')
  return (
    <>
      <Button tone="danger" onClick={() => setAsking(true)}>
        {label}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('one.delete.title')}
          text={t('one.delete.text')}
          confirm={label}
          busy={act.isPending}
          onConfirm={() => act.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
