import { useText } from '../i18n'
import { Button } from './Button'
import { Dialog } from './Dialog'

interface Props {
  title: string
  text: string
  confirm: string
  busy?: boolean
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ title, text, confirm, busy = false, onConfirm, onClose }: Props) {
  const t = useText()
  return (
    <Dialog open onClose={onClose} title={title} description={text}>
      <div className="dialog-actions">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button tone="danger" busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  )
}
