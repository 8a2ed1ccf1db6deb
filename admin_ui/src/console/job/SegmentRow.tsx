import { useMemo, type KeyboardEvent } from 'react'
import { Badge } from '../../ui/Badge'
import { useText } from '../i18n'
import { useFormat } from '../locale'
import { isDoubtful, pieces, wordAt, type Segment, type Word } from '../transcript'
import { useAtPosition, type Playhead } from './playhead'
import { SegmentHead } from './SegmentHead'

export interface SegmentProps {
  segment: Segment
  text: string
  speaker: string | null
  /** The speaker's place among the speakers: which colour; -1 without one. */
  voice: number
  playhead: Playhead
}

/** A segment that is followed word by word; one that was corrected has no word times any more. */
export function SegmentRow(props: SegmentProps) {
  const t = useText()
  const { segment, text, playhead } = props
  const spoken = useAtPosition(playhead, (second) => wordAt(segment, second))
  const words = useMemo(() => pieces(segment), [segment])
  const asRecognised = text === segment.text && words.length > 0
  return (
    <div className={`segment ${spoken >= 0 ? 'segment-now' : ''}`}>
      <SegmentHead {...props} />
      {asRecognised ? (
        <p className="words">
          {words.map(({ word, gap }, index) => (
            <span key={index}>
              {gap}
              <WordButton
                word={word}
                now={index === spoken}
                first={index === 0}
                onHear={() => playhead.hear(word.start_s)}
              />
            </span>
          ))}
        </p>
      ) : (
        <p>
          {text} {text !== segment.text && <Badge>{t('text.edited')}</Badge>}
        </p>
      )}
    </div>
  )
}

interface WordProps {
  word: Word
  now: boolean
  first: boolean
  onHear: () => void
}

function WordButton({ word, now, first, onHear }: WordProps) {
  const t = useText()
  const format = useFormat()
  const doubt = isDoubtful(word)
  const share = format.share(word.probability)
  const names = ['spoken', doubt ? 'doubtful' : '', now ? 'spoken-now' : '']
  return (
    <button
      type="button"
      className={names.filter(Boolean).join(' ')}
      tabIndex={first ? 0 : -1}
      title={`${format.place(word.start_s)} · ${share}`}
      onClick={onHear}
      onKeyDown={moveFocus}
    >
      {word.text}
      {doubt && <span className="visually-hidden"> ({t('text.doubtful', { share })})</span>}
    </button>
  )
}

const moves: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 }

/** Arrows move between the words, so that one Tab is enough to pass them all. */
function moveFocus(event: KeyboardEvent<HTMLButtonElement>): void {
  const move = moves[event.key]
  if (move === undefined) return
  const words = [...(event.currentTarget.closest('.words')?.querySelectorAll('button') ?? [])]
  const next = words[words.indexOf(event.currentTarget) + move]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
