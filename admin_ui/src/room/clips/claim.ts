/** A clip belongs to one window at a time; another one gets it when that window is closed. */
const held = new Map<string, () => void>()

/** Waits until the clip is this window's; not at all where the browser knows no locks. */
export function claim(id: string): Promise<void> {
  if (held.has(id) || !('locks' in navigator)) return Promise.resolve()
  return new Promise((claimed) => {
    const hold = () =>
      new Promise<void>((letGo) => {
        held.set(id, letGo)
        claimed()
      })
    void navigator.locks.request(`malmoi.clip.${id}`, hold)
  })
}

export function letGo(id: string): void {
  held.get(id)?.()
  held.delete(id)
}
