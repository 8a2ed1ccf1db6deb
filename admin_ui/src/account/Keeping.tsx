import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { Button } from '../ui/Button'
import { ConfirmDialog } from '../ui/ConfirmDialog'
import { TextField } from '../ui/TextField'
import { useToast } from '../ui/Toast'
import { Asked } from './Asked'
import { daysIn, isShorter, MOST_DAYS } from './days'
import { useText } from './i18n'
import { useReason } from './reason'
import { keepFor, retentionOf, type Days, type Retention } from './requests'

/** How long one's recordings and texts are kept. */
export function Keeping() {
  const t = useText()
  const retention = useQuery(retentionOf())
  return (
    <section className="card account-part" aria-labelledby="keeping">
      <h2 id="keeping">{t('keep.title')}</h2>
      <p className="soft">{t('keep.text')}</p>
      <Asked of={retention}>{(now) => <Wish now={now} />}</Asked>
    </section>
  )
}

const shown = (days: number | null): string => (days === null ? '' : String(days))

function Wish({ now }: { now: Retention }) {
  const t = useText()
  const [audio, setAudio] = useState(shown(now.audio_days))
  const [words, setWords] = useState(shown(now.text_days))
  const [asking, setAsking] = useState(false)
  const save = useSave(() => setAsking(false))
  const audio_days = daysIn(audio, now.cluster_audio_days)
  const text_days = daysIn(words, now.cluster_text_days)
  const wish = audio_days === undefined || text_days === undefined ? null : { audio_days, text_days }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (wish === null) return
    if (isShorter(wish, now)) setAsking(true)
    else save.mutate(wish)
  }
  return (
    <form className="form" noValidate onSubmit={submit}>
      <div className="account-fields">
        <DaysField
          label={t('keep.audio')}
          written={audio}
          onWrite={setAudio}
          everybodys={now.cluster_audio_days}
        />
        <DaysField
          label={t('keep.words')}
          written={words}
          onWrite={setWords}
          everybodys={now.cluster_text_days}
        />
      </div>
      <div className="account-actions">
        <Button type="submit" busy={save.isPending} disabled={wish === null}>
          {t('keep.save')}
        </Button>
      </div>
      {asking && wish !== null && (
        <ConfirmDialog
          title={t('keep.shorter.title')}
          text={t('keep.shorter.text')}
          confirm={t('keep.shorter.confirm')}
          busy={save.isPending}
          onConfirm={() => save.mutate(wish)}
          onClose={() => setAsking(false)}
        />
      )}
    </form>
  )
}

function useSave(onSettled: () => void) {
  const t = useText()
  const tell = useToast()
  const reason = useReason()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (days: Days) => keepFor(days),
    onSuccess: (now) => {
      queries.setQueryData(retentionOf().queryKey, now)
      tell(t('keep.saved'))
    },
    onError: (error) => tell(reason(error), 'bad'),
    onSettled,
  })
}

interface DaysFieldProps {
  label: string
  written: string
  onWrite: (written: string) => void
  everybodys: number | null
}

function DaysField({ label, written, onWrite, everybodys }: DaysFieldProps) {
  const t = useText()
  const wrong = daysIn(written, everybodys) === undefined
  return (
    <TextField
      label={label}
      inputMode="numeric"
      autoComplete="off"
      maxLength={5}
      value={written}
      hint={everybodys === null ? t('keep.forever') : t('keep.everybodys', { days: everybodys })}
      error={wrong ? t('keep.wrong', { most: everybodys ?? MOST_DAYS }) : undefined}
      onChange={(event) => onWrite(event.target.value)}
    />
  )
}
