import { useEffect, useState } from 'react'
import { TextField } from '../../ui/TextField'

const TYPING_MS = 350

interface Props {
  label: string
  /** What the page's address says. */
  given: string
  /** Called after a pause in typing. */
  onSettled: (value: string) => void
  type?: string
  placeholder?: string
}

/** A field whose words go to the page's address, and follow it when somebody goes back. */
export function SearchField({ label, given, onSettled, type = 'text', placeholder = '' }: Props) {
  const [typed, setTyped] = useState(given)
  const [known, setKnown] = useState(given)
  if (given !== known) {
    setKnown(given)
    if (typed.trim() !== given) setTyped(given)
  }
  useEffect(() => {
    if (typed.trim() === given) return undefined
    const timer = setTimeout(() => onSettled(typed.trim()), TYPING_MS)
    return () => clearTimeout(timer)
  })
  return (
    <TextField
      label={label}
      type={type}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}
