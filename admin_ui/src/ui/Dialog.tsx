import * as Radix from '@radix-ui/react-dialog'
import { useRef, type ReactNode } from 'react'
import { useText } from '../i18n'
import { Icon } from './Icon'

export interface DialogProps {
  open: boolean
  onClose: () => void
  title: string
  description?: string
  children: ReactNode
}

/** Modal: keeps the focus inside, gives it back, closes with Escape. */
export function Dialog({ open, onClose, title, description, children }: DialogProps) {
  const t = useText()
  const opener = useRef<Element | null>(null)
  const giveBack = (event: Event) => {
    event.preventDefault()
    if (opener.current instanceof HTMLElement) opener.current.focus()
  }
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
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
          <Radix.Close className="icon-button dialog-close" aria-label={t('common.close')}>
            <Icon name="close" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
