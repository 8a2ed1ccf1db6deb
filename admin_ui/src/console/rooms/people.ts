import type { ConsoleRoom } from '../model'

/** The address of somebody in the room; who has just left is known by the id alone. */
export function nameOf({ participants }: Pick<ConsoleRoom, 'participants'>, id: string): string {
  return participants.find(({ user_id }) => user_id === id)?.email ?? id.slice(0, 8)
}
