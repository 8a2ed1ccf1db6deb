import { bytes } from '../i18n/bytes'
import { useLocale } from '../i18n/locale'
import { Button } from '../ui/Button'
import { ChooseAgain } from './ChooseAgain'
import { useText } from './i18n'
import { drop, goesInParts, pause, sendAgain, type Sending } from './outbox'
import { useReason } from './reason'
import { SendingNews } from './SendingNews'

/** Files on their way, and those that did not get there. */
export function SendingList({ sending }: { sending: readonly Sending[] }) {
  const t = useText()
  return (
    <>
      <SendingNews sending={sending} />
      {sending.length > 0 && (
        <ul className="sending-list" aria-label={t('sending.list')}>
          {sending.map((each) => (
            <SendingRow key={each.id} sending={each} />
          ))}
        </ul>
      )}
    </>
  )
}

function SendingRow({ sending }: { sending: Sending }) {
  const locale = useLocale()
  const { name, size, phase } = sending
  return (
    <li className={phase === 'failed' ? 'sending sending-failed' : 'sending'}>
      <span className="recording-name">{name}</span>
      <span className="recording-facts">{bytes(size, locale)}</span>
      {phase === 'failed' && <Failed sending={sending} />}
      {phase === 'unfinished' && <ChooseAgain sending={sending} />}
      {phase !== 'failed' && phase !== 'unfinished' && <OnTheWay sending={sending} />}
    </li>
  )
}

function OnTheWay({ sending }: { sending: Sending }) {
  const t = useText()
  const { id, name, phase, part } = sending
  return (
    <>
      <span className="advance">
        <progress value={part} max={1} aria-label={t('sending.progress', { name })} />
        <span className="advance-told">
          <HowFar sending={sending} />
        </span>
      </span>
      {phase !== 'arrived' && (
        <span className="sending-buttons">
          <PauseButton sending={sending} />
          <Button
            tone="quiet"
            aria-label={t('sending.cancel.of', { name })}
            onClick={() => drop(id)}
          >
            {t('sending.cancel')}
          </Button>
        </span>
      )}
    </>
  )
}

function HowFar({ sending: { phase, part, speed } }: { sending: Sending }) {
  const t = useText()
  const locale = useLocale()
  const percent = Math.floor(part * 100)
  switch (phase) {
    case 'uploading':
      return speed === null
        ? t('sending.uploading', { percent })
        : t('sending.uploadingAt', { percent, speed: bytes(speed, locale) })
    case 'paused':
      return t('sending.paused', { percent })
    case 'arrived':
      return t('sending.arrived')
    default:
      return t('sending.waiting')
  }
}

function PauseButton({ sending }: { sending: Sending }) {
  const t = useText()
  const { id, name, phase } = sending
  if (phase === 'paused')
    return (
      <Button aria-label={t('sending.resume.of', { name })} onClick={() => sendAgain(id)}>
        {t('sending.resume')}
      </Button>
    )
  if (phase !== 'uploading' || !goesInParts(sending)) return null
  return (
    <Button tone="quiet" aria-label={t('sending.pause.of', { name })} onClick={() => pause(id)}>
      {t('sending.pause')}
    </Button>
  )
}

function Failed({ sending: { id, name, problem } }: { sending: Sending }) {
  const t = useText()
  const reason = useReason()
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
