import * as Radix from '@radix-ui/react-dropdown-menu'
import { useRef, useState, type ReactNode } from 'react'

export interface MenuItem {
  /** Where the label may change: the item stays itself, and keeps the focus. */
  id?: string
  label: string
  onSelect: () => void
  danger?: boolean
  checked?: boolean
}

/** A button that opens a list of actions; arrow keys, Home, End and typing move in it. */
export function Menu({ trigger, items }: { trigger: ReactNode; items: readonly MenuItem[] }) {
  const button = useRef<HTMLButtonElement>(null)
  // Ours, so that an opened menu is drawn when #main stands, and never moves there while it is open.
  const [open, setOpen] = useState(false)
  const select = (item: MenuItem) => {
    // A dialog that opens now gives the focus back to where it is now: not to an item that goes.
    button.current?.focus()
    item.onSelect()
  }
  return (
    <Radix.Root modal={false} open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild ref={button}>
        {trigger}
      </Radix.Trigger>
      {/* Inside a landmark, as everything on a page is. */}
      <Radix.Portal container={document.getElementById('main')}>
        <Radix.Content className="menu" align="end" sideOffset={6}>
          {items.map((item) => (
            <Item key={item.id ?? item.label} item={item} onSelect={() => select(item)} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function Item({ item, onSelect }: { item: MenuItem; onSelect: () => void }) {
  const className = item.danger === true ? 'menu-item menu-item-danger' : 'menu-item'
  if (item.checked === undefined) {
    return (
      <Radix.Item className={className} onSelect={onSelect}>
        {item.label}
      </Radix.Item>
    )
  }
  return (
    <Radix.CheckboxItem className={className} checked={item.checked} onCheckedChange={onSelect}>
      {item.label}
    </Radix.CheckboxItem>
  )
}
