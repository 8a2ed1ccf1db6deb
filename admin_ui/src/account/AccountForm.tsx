import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent, type ReactNode } from 'react'
import { signIn } from '../app/session'
import { useTitle } from '../app/title'
import { useProblemText } from '../app/problemText'
import { useText } from '../i18n'
import { Button } from '../ui/Button'
import { TextField } from '../ui/TextField'

export interface Credentials {
  email: string
  password: string
}

interface Props {
  title: string
  lead: string
  submit: string
  newPassword: boolean
  next: string | undefined
  /** Gives the token. */
  send: (credentials: Credentials) => Promise<string>
  children: ReactNode
}

export function AccountForm({ title, lead, submit, newPassword, next, send, children }: Props) {
  const t = useText()
  const problemText = useProblemText()
  const navigate = useNavigate()
  useTitle(title)
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const entering = useMutation({
    mutationFn: send,
    onSuccess: (token) => {
      signIn(token)
      return navigate({ href: next ?? '/rooms', replace: true })
    },
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    entering.mutate({ email: email.trim(), password })
  }
  return (
    <section className="page page-narrow">
      <header className="page-head">
        <h1>{title}</h1>
        <p className="soft">{lead}</p>
      </header>
      <form className="form card" onSubmit={onSubmit}>
        <TextField
          label={t('account.email')}
          type="email"
          autoComplete="username"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={t('account.password')}
          type="password"
          autoComplete={newPassword ? 'new-password' : 'current-password'}
          required
          minLength={newPassword ? 8 : 1}
          maxLength={128}
          hint={newPassword ? t('account.passwordHint') : undefined}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {entering.isError && (
          <p className="form-error" role="alert">
            {problemText(entering.error)}
          </p>
        )}
        <Button type="submit" tone="primary" busy={entering.isPending}>
          {submit}
        </Button>
      </form>
      <p className="account-other">{children}</p>
    </section>
  )
}
