import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, body } from '../../api/client'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/TextField'
import { useText } from '../i18n'
import { useAct } from '../live'
import { useFormat } from '../locale'
import type { ConsoleUser } from '../model'
import { Answer } from '../parts/Answer'
import { Trouble } from '../parts/Trouble'
import { FIELDS, read, written, type Field, type Own, type Quota } from './quota'

interface Props {
  user: ConsoleUser
  onClose: () => void
}

/** What an account may hand in, more or less than everybody. */
export function QuotaDialog({ user, onClose }: Props) {
  const t = useText()
  const params = { path: { user_id: user.id } }
  const quota = useQuery({
    queryKey: ['console', 'quota', user.id],
    queryFn: () => body(api.GET('/admin/users/{user_id}/quota', { params })),
    staleTime: 0,
    gcTime: 0,
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('users.quota.title', { email: user.email })}
      description={t('users.quota.hint')}
    >
      <Answer of={quota}>{(data) => <QuotaForm user={user} quota={data} onClose={onClose} />}</Answer>
    </Dialog>
  )
}

type Texts = Record<Field, string>

const textsOf = ({ own }: Quota): Texts => ({
  open_jobs: written('open_jobs', own.open_jobs ?? null),
  audio_bytes_per_day: written('audio_bytes_per_day', own.audio_bytes_per_day ?? null),
  hand_in_per_minute: written('hand_in_per_minute', own.hand_in_per_minute ?? null),
})

function QuotaForm({ user, quota, onClose }: Props & { quota: Quota }) {
  const t = useText()
  const [texts, setTexts] = useState(() => textsOf(quota))
  const own = ownOf(texts)
  const params = { path: { user_id: user.id } }
  const save = useAct(
    () => api.PUT('/admin/users/{user_id}/quota', { params, body: own as Own }),
    t('users.quota.saved'),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // A refusal is drawn from the mutation's own state.
    if (own !== null) void save.mutateAsync(undefined).then(onClose, () => undefined)
  }
  return (
    <form className="form" noValidate onSubmit={submit}>
      {FIELDS.map((field) => (
        <QuotaField
          key={field}
          field={field}
          text={texts[field]}
          quota={quota}
          onWrite={(text) => setTexts({ ...texts, [field]: text })}
        />
      ))}
      {save.error !== null && <Trouble error={save.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button type="submit" tone="primary" busy={save.isPending} disabled={own === null}>
          {t('users.quota.save')}
        </Button>
      </div>
    </form>
  )
}

/** What the fields say; null while one of them says nothing that could be. */
function ownOf(texts: Texts): Own | null {
  const numbers = FIELDS.map((field) => [field, read(field, texts[field])] as const)
  if (numbers.some(([, value]) => value === undefined)) return null
  return Object.fromEntries(numbers) as Own
}

interface FieldProps {
  field: Field
  text: string
  quota: Quota
  onWrite: (text: string) => void
}

function QuotaField({ field, text, quota, onWrite }: FieldProps) {
  const t = useText()
  const format = useFormat()
  const size = (value: number) =>
    field === 'audio_bytes_per_day' ? format.bytes(value) : format.count(value)
  const used = {
    open_jobs: quota.used_open_jobs,
    audio_bytes_per_day: quota.used_audio_bytes_today,
    hand_in_per_minute: null,
  }[field]
  const now = { now: size(quota[field]) }
  return (
    <TextField
      label={t(`users.quota.${field}`)}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      hint={
        used === null
          ? t('users.quota.now', now)
          : t('users.quota.used', { ...now, used: size(used) })
      }
      error={read(field, text) === undefined ? t('users.quota.wrong') : undefined}
      onChange={(event) => onWrite(event.target.value)}
    />
  )
}
