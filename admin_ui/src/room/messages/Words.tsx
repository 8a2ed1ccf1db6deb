import { useEffect, useState, type RefObject } from 'react'
import type { Message } from '../model'
import type { Word } from '../requests'
import { wordAt } from './wordAt'

interface Props {
  message: Message
  words: readonly Word[]
  audio: RefObject<HTMLAudioElement | null>
  onWord: (word: Word) => void
}

/** The text, word by word; the one that is heard stands out, and a click hears another.
 *
 * Screen readers get the text in one piece, and keyboards seek with the player below. */
export function Words({ message, words, audio, onWord }: Props) {
  const at = useCurrentWord(audio, words)
  return (
    <>
      <p className="visually-hidden" lang={message.language ?? undefined}>
        {message.text}
      </p>
      <p className="said-text words" aria-hidden="true">
        {words.map((word, index) => (
          <button
            key={index}
            type="button"
            tabIndex={-1}
            className={index === at ? 'word word-now' : 'word'}
            onClick={() => onWord(word)}
          >
            {word.text}
          </button>
        ))}
      </p>
    </>
  )
}

function useCurrentWord(audio: Props['audio'], words: readonly Word[]): number {
  const [at, setAt] = useState(-1)
  useEffect(() => {
    let frame = requestAnimationFrame(function look() {
      setAt(wordAt(words, audio.current?.currentTime ?? 0))
      frame = requestAnimationFrame(look)
    })
    return () => cancelAnimationFrame(frame)
  }, [audio, words])
  return at
}
