import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { codeOf } from '../api/problem'
import { useProblemText } from '../app/problemText'
import { useTitle } from '../app/title'
import { useText } from '../i18n'
import { Button } from '../ui/Button'
import { TextField } from '../ui/TextField'
import { joinRoom, type Entry } from './requests'

interface Props {
  room: { room_id: string; title: string; has_password: boolean }
  invite: string | undefined
  /** Whether the seat was lost a moment ago. */
  back: boolean
  /** Whether a sign video waits inside. */
  unsent: boolean
  onEntered: () => Promise<void>
}

/** The door: opens by itself where neither password nor thought is needed. */
export function Entrance({ room, invite, back, unsent, onEntered }: Props) {
  const t = useText()
  const problemText = useProblemText()
  useTitle(room.title)
  const [password, setPassword] = useState('')
  const join = useMutation({
    mutationFn: (entry: Entry) => joinRoom(room.room_id, entry),
    onSuccess: onEntered,
  })
  const knocked = useRef(false)
  const { mutate } = join
  useEffect(() => {
    if (knocked.current || back || (room.has_password && invite === undefined)) return
    knocked.current = true
    mutate(invite === undefined ? {} : { invite })
  }, [mutate, room.has_password, invite, back])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    mutate(password === '' ? (invite === undefined ? {} : { invite }) : { password })
  }
  const full = codeOf(join.error) === 'ROOM_FULL'
  const asksPassword = room.has_password && !full && (invite === undefined || join.isError)
  return (
    <section className="page page-narrow">
      <header className="page-head">
        <h1>{room.title}</h1>
        <p className="soft">{back ? t('entrance.back') : t('entrance.lead')}</p>
        {unsent && <p>{t('entrance.unsent')}</p>}
      </header>
      <form className="form card" onSubmit={submit}>
        {asksPassword && (
          <TextField
            label={t('entrance.password')}
            type="password"
            autoComplete="off"
            maxLength={128}
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        {join.isError && (
          <p className="form-error" role="alert">
            {problemText(join.error)}
          </p>
        )}
        <Button type="submit" tone="primary" busy={join.isPending}>
          {full ? t('talk.again') : t('entrance.enter')}
        </Button>
      </form>
      <p>
        <Link to="/rooms">{t('notFound.back')}</Link>
      </p>
    </section>
  )
}
