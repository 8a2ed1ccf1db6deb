import { useMutation } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { useProblemText } from '../../app/problemText'
import { useText } from '../../i18n'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import type { Message } from '../model'
import { editMessage } from '../requests'

interface Props {
  message: Message
  onClose: () => void
  onChanged: (message: Message) => void
}

export function EditDialog({ message, onClose, onChanged }: Props) {
  const t = useText()
  const id = useId()
  const problemText = useProblemText()
  const [text, setText] = useState(message.text ?? '')
  const saving = useMutation({
    mutationFn: () => editMessage(message.message_id, text.trim()),
    onSuccess: (changed) => {
      onChanged(changed)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') saving.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('edit.title')} description={t('edit.text')}>
      <form className="form" onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>{t('edit.label')}</label>
          <textarea
            id={id}
            rows={5}
            required
            maxLength={5000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        {saving.isError && (
          <p className="form-error" role="alert">
            {problemText(saving.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" tone="primary" busy={saving.isPending}>
            {t('edit.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
