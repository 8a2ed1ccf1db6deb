import { useCallback, useMemo, useRef, useState } from 'react'
import { useProblemText } from '../../app/problemText'
import { useText } from '../../i18n'
import { ConfirmDialog } from '../../ui/ConfirmDialog'
import { useToast } from '../../ui/Toast'
import { copyText } from '../../app/copyText'
import type { Message } from '../model'
import { deleteMessage } from '../requests'
import type { StoryEvent } from '../story/story'
import { EditDialog } from './EditDialog'
import { MessageList, type MessageListProps } from './MessageList'

interface Props extends Pick<MessageListProps, 'messages' | 'history' | 'me'> {
  tellStory: (event: StoryEvent) => void
}

/** The conversation and what can be done with a message. */
export function Talk({ messages, history, me, tellStory }: Props) {
  const t = useText()
  const tell = useToast()
  const problemText = useProblemText()
  const box = useRef<HTMLDivElement>(null)
  const [editing, setEditing] = useState<Message | null>(null)
  const [deleting, setDeleting] = useState<Message | null>(null)
  const copy = useCallback(
    async (message: Message) => {
      const copied = await copyText(message.text ?? '')
      if (copied) tell(t('said.copied'))
      else tell(t('copy.refused'), 'bad')
    },
    [tell, t],
  )
  const actions = useMemo(
    () => ({
      onCopy: (message: Message) => void copy(message),
      onEdit: setEditing,
      onDelete: setDeleting,
    }),
    [copy],
  )
  const remove = (message: Message) => {
    setDeleting(null)
    deleteMessage(message.message_id).then(
      () => {
        tellStory({ type: 'removed', messageId: message.message_id })
        box.current?.focus()
      },
      (error: unknown) => tell(problemText(error), 'bad'),
    )
  }
  return (
    <>
      <MessageList messages={messages} history={history} me={me} box={box} {...actions} />
      {editing !== null && (
        <EditDialog
          message={editing}
          onClose={() => setEditing(null)}
          onChanged={(message) => tellStory({ type: 'changed', message })}
        />
      )}
      {deleting !== null && (
        <ConfirmDialog
          title={t('delete.title')}
          text={t('delete.text')}
          confirm={t('said.delete')}
          onConfirm={() => remove(deleting)}
          onClose={() => setDeleting(null)}
        />
      )}
    </>
  )
}
