import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useText } from '../../i18n'
import { Icon } from '../../ui/Icon'
import type { Message } from '../model'
import { mediaOf, wordsOf, type Word } from '../requests'
import { silence } from './silence'
import { PlayerBar } from '../../ui/PlayerBar'
import { useBlobUrl } from '../../ui/useBlobUrl'
import { Words } from './Words'

/** The text of a message and, where there is a recording, a way to hear it word by word. */
export function Player({ message }: { message: Message }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  return (
    <>
      {open ? <Playing message={message} /> : <Text message={message} />}
      {message.has_audio !== false && (
        <button
          type="button"
          className="said-play"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'close' : 'play'} size={14} />
          {open ? t('said.hide') : t('said.play')}
        </button>
      )}
    </>
  )
}

function Text({ message }: { message: Message }) {
  return (
    <p className="said-text" lang={message.language ?? undefined}>
      {message.text}
    </p>
  )
}

function Playing({ message }: { message: Message }) {
  const t = useText()
  const id = message.message_id
  const sound = useQuery({
    queryKey: ['audio', id],
    queryFn: () => mediaOf(id, 'audio'),
    staleTime: Infinity,
  })
  const words = useQuery({
    queryKey: ['words', id],
    queryFn: async () => (await wordsOf(id)).words,
    staleTime: Infinity,
  })
  const audio = useRef<HTMLAudioElement>(null)
  const url = useBlobUrl(sound.data)
  const seek = (second: number) => {
    if (audio.current !== null) audio.current.currentTime = second
  }
  const jump = (word: Word) => {
    seek(word.start)
    void audio.current?.play()
  }
  // The words are those of the recording, which an edited text no longer says.
  const spoken = typeof message.edited_at !== 'string' && (words.data?.length ?? 0) > 0
  return (
    <>
      {spoken ? (
        <Words message={message} words={words.data ?? []} audio={audio} onWord={jump} />
      ) : (
        <Text message={message} />
      )}
      {sound.isError && (
        <p className="hint hint-error" role="alert">
          {t('said.noAudio')}
        </p>
      )}
      <audio ref={audio} autoPlay src={url} onPlay={(event) => silence(event.currentTarget)} />
      <PlayerBar audio={audio} seconds={message.duration_s ?? 0} onSeek={seek} />
    </>
  )
}
