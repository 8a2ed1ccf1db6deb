import { useText } from '../i18n'

interface Props {
  labels: readonly string[]
  names: Readonly<Record<string, string>>
  onRename: (label: string, name: string) => void
}

/** Who speaks, each with a colour, a label and a name that can be given. */
export function Speakers({ labels, names, onRename }: Props) {
  const t = useText()
  return (
    <fieldset className="speakers">
      <legend>{t('speakers')}</legend>
      {labels.map((label, index) => (
        <label key={label} className={`voice voice-${index % 6}`}>
          {label}
          <input
            aria-label={t('speakers.name', { label })}
            maxLength={100}
            placeholder={label}
            defaultValue={names[label] ?? ''}
            onChange={(event) => onRename(label, event.target.value)}
          />
        </label>
      ))}
    </fieldset>
  )
}
