import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { languageName } from '../i18n/format'
import { useLocale } from '../i18n/locale'
import { Badge } from '../ui/Badge'
import { PlayerBar } from '../ui/PlayerBar'
import { Downloads } from './Downloads'
import { useText } from './i18n'
import type { Recording } from './model'
import { keyOf, transcriptOf } from './requests'
import { Segments } from './Segments'
import { Trouble } from './Trouble'
import { useSound } from './useSound'

/** The text and the recording in step. */
export function Reading({ recording }: { recording: Recording }) {
  const t = useText()
  const locale = useLocale()
  const { job_id, duration_s } = recording
  const audio = useRef<HTMLAudioElement>(null)
  const { address, unplayable, events } = useSound(job_id)
  const transcript = useQuery({
    queryKey: [...keyOf(job_id), 'transcript'],
    queryFn: () => transcriptOf(job_id),
  })
  const language = transcript.data?.language ?? null
  const seek = (second: number) => {
    if (audio.current !== null) audio.current.currentTime = second
  }
  const hear = (second: number) => {
    seek(second)
    // Refused or undecodable: the bar shows that it does not play.
    audio.current?.play().catch(() => undefined)
  }
  const playable = address.data !== undefined && !unplayable
  return (
    <>
      <section className="card recording-sound" aria-label={t('sound.title')}>
        <audio ref={audio} src={address.data} preload="metadata" {...events} />
        {address.isPending && <p className="soft">{t('sound.loading')}</p>}
        {address.isError && (
          <Trouble error={address.error} onRetry={() => void address.refetch()} />
        )}
        {unplayable && <p role="alert">{t('sound.unplayable')}</p>}
        {playable && <PlayerBar audio={audio} seconds={duration_s ?? 0} onSeek={seek} />}
      </section>
      {transcript.isPending && <p className="soft">{t('loading')}</p>}
      {transcript.isError && (
        <Trouble error={transcript.error} onRetry={() => void transcript.refetch()} />
      )}
      {transcript.data !== undefined && (
        <section className="card recording-said" aria-labelledby="said">
          <header className="recording-said-head">
            <h2 id="said">{t('said.title')}</h2>
            {language !== null && <Badge>{languageName(language, locale)}</Badge>}
            <Downloads recording={recording} />
          </header>
          <Segments transcript={transcript.data} audio={audio} {...(playable && { onHear: hear })} />
        </section>
      )}
    </>
  )
}
