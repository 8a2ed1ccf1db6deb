/** Which turn belongs to this window; it outlives a reload, and other windows do not see it. */
const key = (roomId: string) => `malmoi.turn.${roomId}`

export const noteTurn = (roomId: string, grant: number): void =>
  sessionStorage.setItem(key(roomId), String(grant))

export const isTurnHere = (roomId: string, grant: number | null): boolean =>
  grant !== null && sessionStorage.getItem(key(roomId)) === String(grant)
