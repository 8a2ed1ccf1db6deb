import * as Radix from '@radix-ui/react-dialog'
import { useRef, type ReactNode } from 'react'
import { useText } from '../i18n'
import { Icon } from './Icon'

export interface DialogProps {
  open: boolean
  onClose: () => void
  title: string
  description?: string
  /** Something is under way whose end has to be seen: nothing closes it. */
  locked?: boolean
  children: ReactNode
}

const otherDialog = () => document.querySelector('[role="dialog"]')

/** Modal: keeps the focus inside, gives it back, closes with Escape. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, description, locked = false, children } = props
  const t = useText()
  const opener = useRef<Element | null>(null)
  const giveBack = (event: Event) => {
    event.preventDefault()
    // Of two dialogs, the lower one may have changed meanwhile.
    const back = opener.current?.isConnected === true ? opener.current : otherDialog()
    if (back instanceof HTMLElement) back.focus()
  }
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && !locked && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-overlay" />
        <Radix.Content
          className="dialog"
          onOpenAutoFocus={() => {
            opener.current = document.activeElement
          }}
          onCloseAutoFocus={giveBack}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <Radix.Title className="dialog-title">{title}</Radix.Title>
          {description !== undefined && (
            <Radix.Description className="dialog-text">{description}</Radix.Description>
          )}
          {children}
          <Radix.Close
            className="icon-button dialog-close"
            aria-label={t('common.close')}
            disabled={locked}
          >
            <Icon name="close" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
