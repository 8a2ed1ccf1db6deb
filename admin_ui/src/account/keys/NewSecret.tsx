import { useEffect, useRef } from 'react'
import { copyText } from '../../app/copyText'
import { useText as useShared } from '../../i18n'
import { Button } from '../../ui/Button'
import { TextField } from '../../ui/TextField'
import { useToast } from '../../ui/Toast'
import { useText } from '../i18n'
import type { Key } from '../requests'

export interface Made {
  key: Key
  secret: string
}

/** The secret of a new key. On the page, not over it: a stray click must not take it away. */
export function NewSecret({ made, onDone }: { made: Made; onDone: () => void }) {
  const t = useText()
  const shared = useShared()
  const tell = useToast()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  const copy = async () => {
    if (await copyText(made.secret)) tell(t('secret.copied'))
    else tell(shared('copy.refused'), 'bad')
  }
  return (
    <div ref={place} className="secret-once" tabIndex={-1} role="group" aria-labelledby="secret">
      <h3 id="secret">{t('secret.title')}</h3>
      <p>{t('secret.text')}</p>
      <div className="secret-line">
        <TextField
          label={t('secret.label', { name: made.key.name })}
          readOnly
          spellCheck={false}
          value={made.secret}
          onFocus={(event) => event.target.select()}
        />
        <Button tone="primary" onClick={() => void copy()}>
          {t('secret.copy')}
        </Button>
      </div>
      <Button onClick={onDone}>{t('secret.done')}</Button>
    </div>
  )
}
