import { useQuery } from '@tanstack/react-query'
import { bytes } from '../i18n/bytes'
import { clock } from '../i18n/format'
import { useLocale } from '../i18n/locale'
import { Asked } from './Asked'
import { useText } from './i18n'
import { quotaOf, type Quota } from './requests'

/** What may be handed in, and what is used of it. */
export function Limits() {
  const t = useText()
  const quota = useQuery(quotaOf())
  return (
    <section className="card account-part" aria-labelledby="limits">
      <h2 id="limits">{t('limits.title')}</h2>
      <Asked of={quota}>{(data) => <Used quota={data} />}</Asked>
    </section>
  )
}

function Used({ quota }: { quota: Quota }) {
  const t = useText()
  const locale = useLocale()
  const count = (value: number) => value.toLocaleString(locale)
  const size = (value: number) => bytes(value, locale)
  const { open_jobs, used_open_jobs, audio_bytes_per_day, used_audio_bytes_today } = quota
  return (
    <>
      <dl className="limits">
        <Limit
          name={t('limits.open')}
          told={t('limits.open.of', { used: count(used_open_jobs), most: count(open_jobs) })}
          used={used_open_jobs}
          most={open_jobs}
        />
        <Limit
          name={t('limits.bytes')}
          told={t('limits.bytes.of', {
            used: size(used_audio_bytes_today),
            most: size(audio_bytes_per_day),
          })}
          used={used_audio_bytes_today}
          most={audio_bytes_per_day}
        />
        <div>
          <dt>{t('limits.rate')}</dt>
          <dd>{t('limits.rate.of', { most: count(quota.hand_in_per_minute) })}</dd>
        </div>
      </dl>
      <p className="hint">{t('limits.reset', { when: clock(nextDay(), locale) })}</p>
    </>
  )
}

interface LimitProps {
  name: string
  told: string
  used: number
  most: number
}

function Limit({ name, told, used, most }: LimitProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {told}
        <progress value={Math.min(used, most)} max={most} aria-label={name} />
      </dd>
    </div>
  )
}

/** The gateway's days begin at 00:00 UTC. */
function nextDay(): string {
  const day = new Date()
  day.setUTCHours(24, 0, 0, 0)
  return day.toISOString()
}
