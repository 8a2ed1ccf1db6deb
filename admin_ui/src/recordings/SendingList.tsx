import { bytes } from '../i18n/bytes'
import { useLocale } from '../i18n/locale'
import { Button } from '../ui/Button'
import { useText } from './i18n'
import { drop, sendAgain, type Sending } from './outbox'
import { useReason } from './reason'

/** Files on their way, and those that did not get there. */
export function SendingList({ sending }: { sending: readonly Sending[] }) {
  const t = useText()
  if (sending.length === 0) return null
  return (
    <ul className="sending-list" aria-label={t('sending.list')}>
      {sending.map((each) => (
        <SendingRow key={each.id} sending={each} />
      ))}
    </ul>
  )
}

function SendingRow({ sending }: { sending: Sending }) {
  const locale = useLocale()
  const { file, phase } = sending
  return (
    <li className={phase === 'failed' ? 'sending sending-failed' : 'sending'}>
      <span className="recording-name">{file.name}</span>
      <span className="recording-facts">{bytes(file.size, locale)}</span>
      {phase === 'failed' ? <Failed sending={sending} /> : <OnTheWay sending={sending} />}
    </li>
  )
}

function OnTheWay({ sending: { id, file, phase, part } }: { sending: Sending }) {
  const t = useText()
  const percent = Math.floor(part * 100)
  return (
    <>
      <span className="advance">
        <progress value={part} max={1} aria-label={t('sending.progress', { name: file.name })} />
        <span className="advance-told">
          {phase === 'uploading' ? t('sending.uploading', { percent }) : t(`sending.${phase}`)}
        </span>
      </span>
      {phase !== 'arrived' && (
        <Button
          tone="quiet"
          aria-label={t('sending.cancel.of', { name: file.name })}
          onClick={() => drop(id)}
        >
          {t('sending.cancel')}
        </Button>
      )}
    </>
  )
}

function Failed({ sending: { id, file, problem } }: { sending: Sending }) {
  const t = useText()
  const reason = useReason()
  const { name } = file
  return (
    <>
      <span className="sending-why" role="alert">
        <strong>{t('sending.failed')}</strong> {reason(problem)}
      </span>
      <span className="sending-actions">
        <Button tone="quiet" aria-label={t('sending.away.of', { name })} onClick={() => drop(id)}>
          {t('sending.away')}
        </Button>
        <Button aria-label={t('sending.again.of', { name })} onClick={() => sendAgain(id)}>
          {t('sending.again')}
        </Button>
      </span>
    </>
  )
}
