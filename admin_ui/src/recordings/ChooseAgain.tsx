import { useRef, useState, type ChangeEvent } from 'react'
import { Button } from '../ui/Button'
import { useText } from './i18n'
import { drop, goOn, type Sending } from './outbox'

/** A page that was loaded anew may read no file until its owner chooses it again. */
export function ChooseAgain({ sending: { id, name } }: { sending: Sending }) {
  const t = useText()
  const input = useRef<HTMLInputElement>(null)
  const [other, setOther] = useState(false)
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? []
    if (file !== undefined) setOther(!goOn(id, file))
    event.target.value = ''
  }
  return (
    <>
      <span className="sending-why" role={other ? 'alert' : undefined}>
        {t(other ? 'sending.otherFile' : 'sending.unfinished', { name })}
      </span>
      <input ref={input} type="file" hidden data-testid={`again-${id}`} onChange={chosen} />
      <span className="sending-actions">
        <Button tone="quiet" aria-label={t('sending.away.of', { name })} onClick={() => drop(id)}>
          {t('sending.away')}
        </Button>
        <Button
          aria-label={t('sending.choose.of', { name })}
          onClick={() => input.current?.click()}
        >
          {t('sending.choose')}
        </Button>
      </span>
    </>
  )
}
