import { useCallback, useEffect, useState } from 'react'
import { Problem } from '../../api/problem'
import { useMe } from '../../app/me'
import { useText } from '../../i18n'
import type { Message, Participant, Room } from '../model'
import { participantsOf } from '../requests'
import { nameOf, type Names } from './names'

type Met = ReadonlyMap<string, string>

type Person = Pick<Participant, 'user_id' | 'email'>

/** Those of them that nobody has met yet. */
const sendersOf = (messages: readonly Message[], met: Met): Person[] =>
  messages
    .filter((each) => !met.has(each.sender_user_id))
    .map((each) => ({ user_id: each.sender_user_id, email: each.sender_email ?? '' }))

function withAll(met: Met, people: readonly Person[]): Met {
  const news = people.filter((each) => each.email !== '' && met.get(each.user_id) !== each.email)
  if (news.length === 0) return met
  return new Map([...met, ...news.map((each) => [each.user_id, each.email] as const)])
}

/** Everybody met here keeps a name, also after leaving. */
export function useRoomNames(
  roomId: string,
  room: Room | null,
  messages: readonly Message[],
): Names {
  const t = useText()
  const me = useMe().data
  const [met, setMet] = useState<Met>(new Map())
  const participants = room?.participants
  const unknown = participants?.find((each) => each.email === '' && !met.has(each.user_id))?.user_id

  const known = withAll(withAll(met, sendersOf(messages, met)), participants ?? [])
  if (known !== met) setMet(known)

  useEffect(() => {
    if (unknown === undefined) return
    participantsOf(roomId).then(
      (found) => setMet((now) => withAll(now, found)),
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error
      },
    )
  }, [roomId, unknown])

  return useCallback<Names>(
    (userId) => {
      const email = userId === me?.id ? me.email : met.get(userId)
      return email === undefined ? t('people.gone') : nameOf(email)
    },
    [met, me, t],
  )
}
