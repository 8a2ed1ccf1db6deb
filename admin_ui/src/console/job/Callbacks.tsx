import { api } from '../../api/client'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import { useLive } from '../live'
import type { Callbacks as Told } from '../model'
import { Trouble } from '../parts/Trouble'
import { Deliveries } from './Deliveries'

/** What the receiver of the job's events was told; nothing is drawn when nobody wants to know. */
export function Callbacks({ jobId, ended }: { jobId: string; ended: boolean }) {
  const told = useLive(
    ['job', jobId, 'callbacks'],
    () => api.GET('/admin/jobs/{job_id}/callbacks', { params: { path: { job_id: jobId } } }),
    (data) => ended && data.deliveries.every(({ state }) => state !== 'pending'),
  )
  if (told.data === undefined) {
    return told.error && <Trouble error={told.error} onRetry={() => void told.refetch()} />
  }
  return told.data.url !== null && <Receiver jobId={jobId} told={told.data} url={told.data.url} />
}

function Receiver({ jobId, told, url }: { jobId: string; told: Told; url: string }) {
  const t = useText()
  const format = useFormat()
  const { deliveries, refused_at: refusedAt } = told
  return (
    <section className="card section" aria-labelledby="callbacks">
      <div className="section-head">
        <h2 id="callbacks">{t('job.callbacks')}</h2>
        <code className="receiver">{url}</code>
      </div>
      {refusedAt !== null && (
        <p className="form-error">{t('job.callbacks.refused', { at: format.short(refusedAt) })}</p>
      )}
      {deliveries.length === 0 ? (
        <p className="soft">{t('job.callbacks.none')}</p>
      ) : (
        <Deliveries jobId={jobId} deliveries={deliveries} />
      )}
    </section>
  )
}
