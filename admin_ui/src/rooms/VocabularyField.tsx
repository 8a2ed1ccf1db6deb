import { useId, type RefObject } from 'react'
import { useText } from '../i18n'
import { fits, LIMITS, termsOf } from './vocabulary'

interface Props {
  field: RefObject<HTMLTextAreaElement | null>
  value: string
  onChange: (value: string) => void
}

/** Terms as they are typed; says at once when they are more than a room can have. */
export function VocabularyField({ field, value, onChange }: Props) {
  const t = useText()
  const id = useId()
  const tooMuch = !fits(termsOf(value))
  return (
    <div className="field">
      <label htmlFor={id}>{t('create.vocabulary')}</label>
      <textarea
        ref={field}
        id={id}
        rows={2}
        value={value}
        aria-invalid={tooMuch || undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className={tooMuch ? 'hint hint-error' : 'hint'}>
        {tooMuch ? t('create.vocabularyTooMuch', LIMITS) : t('create.vocabularyHint')}
      </p>
    </div>
  )
}
