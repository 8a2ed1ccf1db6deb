import * as Radix from '@radix-ui/react-toast'
import { createContext, useCallback, useContext, useState, type ReactNode } from 'react'
import { useText } from '../i18n'
import { Icon } from './Icon'

interface Note {
  id: number
  text: string
  tone: 'info' | 'bad'
}
type Tell = (text: string, tone?: Note['tone']) => void

const Context = createContext<Tell>(() => undefined)

/** Says something at the edge of the screen, and to screen readers. */
export const useToast = (): Tell => useContext(Context)

let last = 0

export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useText()
  const [notes, setNotes] = useState<readonly Note[]>([])
  const tell = useCallback<Tell>((text, tone = 'info') => {
    last += 1
    const note = { id: last, text, tone }
    setNotes((now) => [...now.filter((each) => each.text !== text), note].slice(-3))
  }, [])
  const drop = (id: number) => setNotes((now) => now.filter((each) => each.id !== id))
  return (
    <Context.Provider value={tell}>
      <Radix.Provider label={t('toast.label')} duration={5000}>
        {children}
        {notes.map((note) => (
          <Radix.Root
            key={note.id}
            className={`toast toast-${note.tone}`}
            onOpenChange={(open) => !open && drop(note.id)}
          >
            <Radix.Description>{note.text}</Radix.Description>
            <Radix.Close className="icon-button" aria-label={t('common.close')}>
              <Icon name="close" />
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport className="toasts" label={t('toast.region')} />
      </Radix.Provider>
    </Context.Provider>
  )
}
