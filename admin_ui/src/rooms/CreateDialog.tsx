import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useRef, useState, type FormEvent } from 'react'
import { api, body } from '../api/client'
import { useProblemText } from '../app/problemText'
import { useText } from '../i18n'
import { languageName } from '../i18n/format'
import { useLocale } from '../i18n/locale'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { TextField } from '../ui/TextField'
import { joinRoom } from '../room/requests'
import { fits, termsOf } from './vocabulary'
import { VocabularyField } from './VocabularyField'

const LANGUAGES = ['ko', 'en', 'ja', 'zh', 'es', 'fr', 'de', 'vi']

interface NewRoom {
  title: string
  password: string
  language: string
  /** As it was typed. */
  terms: string
}

async function create({ title, password, language, terms }: NewRoom): Promise<string> {
  const sent = { title: title.trim(), language, ...(password === '' ? {} : { password }) }
  const room = await body(api.POST('/rooms', { body: { vocabulary: termsOf(terms), ...sent } }))
  await joinRoom(room.room_id, password === '' ? {} : { password })
  return room.room_id
}

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const t = useText()
  const id = useId()
  const locale = useLocale()
  const problemText = useProblemText()
  const navigate = useNavigate()
  const vocabulary = useRef<HTMLTextAreaElement>(null)
  const [room, setRoom] = useState<NewRoom>({
    title: '',
    password: '',
    language: locale,
    terms: '',
  })
  const creating = useMutation({
    mutationFn: create,
    onSuccess: (roomId) => navigate({ to: '/rooms/$roomId', params: { roomId } }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!fits(termsOf(room.terms))) vocabulary.current?.focus()
    else if (room.title.trim() !== '') creating.mutate(room)
  }
  return (
    <Dialog open onClose={onClose} title={t('create.title')} description={t('create.text')}>
      <form className="form" onSubmit={submit}>
        <TextField
          label={t('create.name')}
          required
          maxLength={200}
          value={room.title}
          onChange={(event) => setRoom({ ...room, title: event.target.value })}
        />
        <TextField
          label={t('create.password')}
          hint={t('create.passwordHint')}
          type="password"
          autoComplete="new-password"
          maxLength={128}
          value={room.password}
          onChange={(event) => setRoom({ ...room, password: event.target.value })}
        />
        <div className="field">
          <label htmlFor={id}>{t('create.language')}</label>
          <select
            id={id}
            value={room.language}
            onChange={(event) => setRoom({ ...room, language: event.target.value })}
          >
            {LANGUAGES.map((code) => (
              <option key={code} value={code}>
                {languageName(code, locale)}
              </option>
            ))}
            <option value="auto">{t('create.auto')}</option>
          </select>
        </div>
        <VocabularyField
          field={vocabulary}
          value={room.terms}
          onChange={(terms) => setRoom({ ...room, terms })}
        />
        {creating.isError && (
          <p className="form-error" role="alert">
            {problemText(creating.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" tone="primary" busy={creating.isPending}>
            {t('create.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
