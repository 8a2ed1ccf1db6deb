import { useMutation } from '@tanstack/react-query'
import { useProblemText } from '../../app/problemText'
import { useText } from '../../i18n'
import { Button } from '../../ui/Button'
import { useToast } from '../../ui/Toast'
import type { Line } from '../model'
import { lowerHand, raiseHand } from '../requests'
import type { Mic, MicEvent } from './states'
import { Tool } from './Tool'

interface Props {
  roomId: string
  mic: Mic
  dispatch: (event: MicEvent) => void
  onLine: (line: Line) => void
  /** Milliseconds of the offer that are left. */
  offerLeft: number | null
}

/** The line for the next turn: stand in it, leave it, take what it offers. */
export function HandControls({ roomId, mic, dispatch, onLine, offerLeft }: Props) {
  const t = useText()
  const tell = useToast()
  const problemText = useProblemText()
  const hand = useMutation({
    mutationFn: (up: boolean) => (up ? raiseHand(roomId) : lowerHand(roomId)),
    onSuccess: onLine,
    onError: (error) => tell(problemText(error), 'bad'),
  })
  if (mic.offer === 'me' && mic.at.name === 'idle') {
    return (
      <Button tone="primary" onClick={() => dispatch({ type: 'press' })}>
        {t('hand.take', { seconds: Math.ceil((offerLeft ?? 0) / 1000) })}
      </Button>
    )
  }
  const waiting = mic.at.name === 'disabled' || mic.offer === 'other'
  if (mic.place === null && !waiting) return null
  const up = mic.place !== null
  return (
    <Tool
      icon="hand"
      word={up ? t('hand.lower', { place: mic.place ?? 1 }) : t('hand.raise')}
      aria-pressed={up}
      disabled={hand.isPending}
      onClick={() => hand.mutate(!up)}
    />
  )
}
