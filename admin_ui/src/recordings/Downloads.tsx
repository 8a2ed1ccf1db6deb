import { useMutation } from '@tanstack/react-query'
import { saveAs } from '../app/saveAs'
import { Button } from '../ui/Button'
import { useText } from './i18n'
import { stemOf, type Recording } from './model'
import { fileOf, FORMATS, type Format } from './requests'
import { Trouble } from './Trouble'

const endingOf = (format: Format): string => (format === 'text' ? 'txt' : format)

/** The text in the file that somebody needs. */
export function Downloads({ recording }: { recording: Recording }) {
  const t = useText()
  const saving = useMutation({
    mutationFn: async (format: Format) =>
      saveAs(await fileOf(recording.job_id, format), `${stemOf(recording)}.${endingOf(format)}`),
  })
  return (
    <div className="downloads" role="group" aria-label={t('save.label')}>
      <span className="hint" aria-hidden="true">
        {t('save.label')}
      </span>
      {FORMATS.map((format) => (
        <Button
          key={format}
          aria-label={t('save.as', { format: endingOf(format) })}
          onClick={() => saving.mutate(format)}
        >
          {endingOf(format)}
        </Button>
      ))}
      {saving.isError && <Trouble error={saving.error} />}
    </div>
  )
}
