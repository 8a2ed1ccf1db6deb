import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/TextField'
import { useText } from '../i18n'
import { useReason } from '../reason'
import { keysOf, makeKey, SCOPES, type Scope } from '../requests'
import type { Made } from './NewSecret'

interface Props {
  onMade: (made: Made) => void
  onClose: () => void
}

/** Asks what a new key is for, and what it may do. */
export function NewKeyDialog({ onMade, onClose }: Props) {
  const t = useText()
  const reason = useReason()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState(SCOPES)
  const making = useMutation({
    mutationFn: () => makeKey(name.trim(), [...scopes]),
    onSuccess: (made) => {
      onMade(made)
      return queries.invalidateQueries(keysOf())
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== '' && scopes.length > 0) making.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('new.title')} description={t('new.text')}>
      <form className="form" onSubmit={submit}>
        <TextField
          label={t('new.name')}
          hint={t('new.nameHint')}
          required
          maxLength={100}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Scopes chosen={scopes} onChoose={setScopes} />
        {making.isError && (
          <p className="form-error" role="alert">
            {reason(making.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" tone="primary" busy={making.isPending}>
            {t('new.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface ScopesProps {
  chosen: readonly Scope[]
  onChoose: (scopes: readonly Scope[]) => void
}

function Scopes({ chosen, onChoose }: ScopesProps) {
  const t = useText()
  const id = useId()
  const toggle = (scope: Scope) =>
    onChoose(SCOPES.filter((each) => chosen.includes(each) !== (each === scope)))
  return (
    <fieldset className="scopes">
      <legend>{t('new.scopes')}</legend>
      {SCOPES.map((scope) => (
        <div key={scope} className="scope">
          <input
            id={id + scope}
            type="checkbox"
            checked={chosen.includes(scope)}
            onChange={() => toggle(scope)}
            aria-describedby={`${id}${scope}-what`}
          />
          <label htmlFor={id + scope}>{t(`scope.${scope}`)}</label>
          <p id={`${id}${scope}-what`} className="hint">
            {t(`scope.${scope}.what`)}
          </p>
        </div>
      ))}
      {chosen.length === 0 && (
        <p className="hint hint-error" role="alert">
          {t('new.noScope')}
        </p>
      )}
    </fieldset>
  )
}
