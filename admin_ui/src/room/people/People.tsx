import { useText } from '../../i18n'
import { Icon } from '../../ui/Icon'
import type { Room } from '../model'
import { useNames } from './names'

/** Who is here, whether connected, who speaks, who waits. */
export function People({ room, me }: { room: Room; me: string }) {
  const t = useText()
  const names = useNames()
  const free = room.capacity - room.participants.length
  return (
    <ul className="people" aria-label={t('people.label')}>
      {room.participants.map((each) => {
        const speaking = each.user_id === room.current_speaker_user_id
        const place = room.queue.indexOf(each.user_id) + 1
        return (
          <li
            key={each.user_id}
            className={`person person-${each.status} ${speaking ? 'person-speaking' : ''}`}
          >
            <span className="person-dot" aria-hidden="true" />
            <span className="person-name">
              {each.user_id === me ? t('people.me', { name: names(me) }) : names(each.user_id)}
            </span>
            <span className="visually-hidden">
              {each.status === 'online' ? t('people.online') : t('people.offline')}
            </span>
            {speaking && (
              <span className="person-note">
                <Icon name="mic" size={14} />
                {t('people.speaking')}
              </span>
            )}
            {place > 0 && (
              <span className="person-note">
                <Icon name="hand" size={14} />
                {t('people.place', { place })}
              </span>
            )}
          </li>
        )
      })}
      {free > 0 && <li className="person person-free">{t('people.free', { count: free })}</li>}
    </ul>
  )
}
