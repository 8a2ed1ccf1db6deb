import type { ButtonHTMLAttributes } from 'react'
import { Icon, type IconName } from '../../ui/Icon'

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName
  /** What stands below the icon. */
  word: string
}

/** What else one can do beside the microphone. */
export function Tool({ icon, word, ...rest }: Props) {
  return (
    <button type="button" className="tool" {...rest}>
      <Icon name={icon} size={24} />
      <span>{word}</span>
    </button>
  )
}
