import { useText } from '../i18n'
import { Button } from './Button'
import { Dialog } from './Dialog'

interface Props {
  title: string
  text: string
  confirm: string
  /** The way back, where more than `Cancel` is to be said. */
  keep?: string
  busy?: boolean
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog(props: Props) {
  const t = useText()
  const { title, text, confirm, keep, busy = false, onConfirm, onClose } = props
  return (
    <Dialog open onClose={onClose} title={title} description={text}>
      <div className="dialog-actions">
        <Button onClick={onClose}>{keep ?? t('common.cancel')}</Button>
        <Button tone="danger" busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  )
}
