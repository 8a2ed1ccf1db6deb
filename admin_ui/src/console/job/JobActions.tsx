import { useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { api, body } from '../../api/client'
import { Button } from '../../ui/Button'
import { isHopeless } from '../errors'
import { useText } from '../i18n'
import { useAct } from '../live'
import type { Job } from '../model'
import { Confirm } from '../parts/Confirm'
import { Trouble } from '../parts/Trouble'
import { isFinal } from './final'

/** What an operator can do with a job in its state. */
export function JobActions({ job }: { job: Job['job'] }) {
  const t = useText()
  const navigate = useNavigate()
  const params = { path: { job_id: job.id } }
  const retry = useAct(async () => {
    const again = await body(api.POST('/admin/jobs/{job_id}/retry', { params }))
    await navigate({ to: '/admin/jobs/$jobId', params: { jobId: again.job_id } })
  }, t('job.retried'))
  const cancel = useAct(
    () => api.POST('/admin/jobs/{job_id}/cancel', { params }),
    t('job.cancelled'),
  )
  const again = (job.state === 'failed' || job.state === 'cancelled') && job.retried_as === null
  return (
    <div className="actions">
      {again && (
        <Button
          tone={isHopeless(job.error_code) ? 'plain' : 'primary'}
          busy={retry.isPending}
          onClick={() => retry.mutate(undefined)}
        >
          {t('job.retry')}
        </Button>
      )}
      {isFinal(job.state) ? (
        <Delete job={job} />
      ) : (
        <Confirm
          label={t('job.cancel')}
          title={t('job.cancel.title')}
          hint={t('job.cancel.hint')}
          act={cancel}
          danger
        />
      )}
      {retry.error !== null && <Trouble error={retry.error} />}
    </div>
  )
}

function Delete({ job }: { job: Job['job'] }) {
  const t = useText()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const remove = useAct(async () => {
    await api.DELETE('/admin/jobs/{job_id}', { params: { path: { job_id: job.id } } })
    await navigate({ to: '/admin/jobs' })
    queries.removeQueries({ queryKey: ['console', 'job', job.id] })
  }, t('job.deleted'))
  return (
    <Confirm
      label={t('job.delete')}
      title={t('job.delete.title')}
      hint={t('job.delete.hint')}
      act={remove}
      danger
    />
  )
}
