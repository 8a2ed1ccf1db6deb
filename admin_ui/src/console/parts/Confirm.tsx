import { useState } from 'react'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { useText } from '../i18n'
import { Trouble } from './Trouble'

interface Act {
  mutateAsync: (input: undefined) => Promise<unknown>
  isPending: boolean
  error: Error | null
  reset: () => void
}

interface Props {
  label: string
  title: string
  hint: string
  act: Act
  danger?: boolean
}

/** A button whose deed is done only after a second word. */
export function Confirm(props: Props) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button tone={props.danger === true ? 'danger' : 'plain'} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      {open && <Ask {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Asks for the second word; a refusal is told here, and the deed may be tried again. */
export function Ask({
  label,
  title,
  hint,
  act,
  danger = false,
  onClose,
}: Props & { onClose: () => void }) {
  const t = useText()
  const close = () => {
    act.reset()
    onClose()
  }
  // A refusal is drawn from the mutation's own state.
  const go = () => void act.mutateAsync(undefined).then(close, () => undefined)
  return (
    <Dialog open onClose={close} title={title} description={hint}>
      {act.error !== null && <Trouble error={act.error} />}
      <div className="dialog-actions">
        <Button onClick={close}>{t('cancel')}</Button>
        <Button tone={danger ? 'danger' : 'primary'} busy={act.isPending} onClick={go}>
          {label}
        </Button>
      </div>
    </Dialog>
  )
}
