import { useMutation } from '@tanstack/react-query'
import { api, body } from '../../api/client'
import { saveAs } from '../../app/saveAs'
import { Button } from '../../ui/Button'
import { useText } from '../i18n'
import { Trouble } from '../parts/Trouble'

const FORMATS = ['txt', 'srt', 'vtt', 'json'] as const
type Format = (typeof FORMATS)[number]

/** The text, as corrected, in the file that somebody needs. */
export function Exports({ jobId }: { jobId: string }) {
  const t = useText()
  const saving = useMutation({
    mutationFn: async (format: Format) => {
      const params = { path: { job_id: jobId }, query: { format } }
      const answer = api.GET('/admin/jobs/{job_id}/export', { params, parseAs: 'blob' })
      saveAs(await body(answer), `${jobId.slice(0, 8)}.${format}`)
    },
  })
  return (
    <div className="exports" role="group" aria-label={t('export')}>
      <span className="hint">{t('export')}</span>
      {FORMATS.map((format) => (
        <Button
          key={format}
          className="button-small"
          aria-label={t('export.as', { format })}
          onClick={() => saving.mutate(format)}
        >
          {format}
        </Button>
      ))}
      {saving.error !== null && <Trouble error={saving.error} />}
    </div>
  )
}
