import { useCallback, useId, useRef, useState, type ChangeEvent } from 'react'
import { languageName } from '../i18n/format'
import { useLocale } from '../i18n/locale'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useText } from './i18n'
import { send } from './outbox'
import { useDrop } from './useDrop'

const DETECTED = 'auto'
const LANGUAGES = ['ko', 'en', 'ja', 'zh'] as const

/** Where recordings are handed in: by dropping them, or by choosing files. */
export function DropZone() {
  const t = useText()
  const [language, setLanguage] = useState<string>(DETECTED)
  const input = useRef<HTMLInputElement>(null)
  const over = useDrop(useCallback((files) => send(files, language), [language]))
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    send([...(event.target.files ?? [])], language)
    // The same file may be chosen again.
    event.target.value = ''
  }
  return (
    <section className={over ? 'drop drop-over' : 'drop'} aria-label={t('drop.label')}>
      <Icon name="file" size={36} />
      <p className="drop-text">{t('drop.text')}</p>
      <input
        ref={input}
        type="file"
        accept="audio/*,video/*"
        multiple
        hidden
        data-testid="recording-files"
        onChange={chosen}
      />
      <div className="drop-how">
        <Language value={language} onChange={setLanguage} />
        <Button tone="primary" onClick={() => input.current?.click()}>
          <Icon name="plus" size={18} />
          {t('drop.choose')}
        </Button>
      </div>
      <p className="hint">{t('drop.hint')}</p>
    </section>
  )
}

function Language({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useText()
  const locale = useLocale()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{t('drop.language')}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value={DETECTED}>{t('drop.auto')}</option>
        {LANGUAGES.map((code) => (
          <option key={code} value={code}>
            {languageName(code, locale)}
          </option>
        ))}
      </select>
    </div>
  )
}
