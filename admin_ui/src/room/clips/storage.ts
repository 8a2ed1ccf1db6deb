/** Recordings that the server has not surely got, kept on this device. */

export interface Clip {
  /** Also the idempotency key: sent twice, it is one message. */
  id: string
  userId: string
  roomId: string
  blob: Blob
  /** Name of the file; its ending follows the format. */
  name: string
  createdAt: number
}

const STORE = 'clips'
/** Browsers that refuse a database (private windows of some) still keep clips until the page goes. */
const memory = new Map<string, Clip>()

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new DOMException('', 'UnknownError'))
  })

function database(): Promise<IDBDatabase> {
  const opening = indexedDB.open('malmoi', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' })
  return asked(opening)
}

async function inStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opened = await database()
  try {
    return await asked(act(opened.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    opened.close()
  }
}

const refused = (error: unknown): void => {
  if (!(error instanceof DOMException)) throw error
}

export async function keepClip(clip: Clip): Promise<void> {
  memory.set(clip.id, clip)
  await inStore('readwrite', (store) => store.put(clip)).catch(refused)
}

export async function dropClip(id: string): Promise<void> {
  memory.delete(id)
  await inStore('readwrite', (store) => store.delete(id)).catch(refused)
}

export async function storedClip(id: string): Promise<Clip | undefined> {
  const request = (store: IDBObjectStore) => store.get(id) as IDBRequest<Clip | undefined>
  return memory.get(id) ?? ((await inStore('readonly', request).catch(refused)) || undefined)
}

/** Of this user in this room, oldest first. */
export async function keptClips(userId: string, roomId: string): Promise<Clip[]> {
  const stored = (await inStore<Clip[]>('readonly', (store) => store.getAll()).catch(refused)) ?? []
  const all = new Map([...stored, ...memory.values()].map((each) => [each.id, each]))
  return [...all.values()]
    .filter((each) => each.userId === userId && each.roomId === roomId)
    .sort((one, other) => one.createdAt - other.createdAt)
}
