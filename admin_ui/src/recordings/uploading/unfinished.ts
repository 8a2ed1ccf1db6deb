/** Uploads that were begun and not handed in, so that a page that comes back can go on. */
export interface Unfinished {
  id: string
  uploadId: string
  /** Whose it is: an account. */
  account: string
  name: string
  size: number
  lastModified: number
  language: string
}

const KEY = 'malmoi.uploads'

function isUnfinished(value: unknown): value is Unfinished {
  const fields = (value ?? {}) as Record<keyof Unfinished, unknown>
  return (
    [fields.id, fields.uploadId, fields.account, fields.name, fields.language].every(
      (each) => typeof each === 'string',
    ) && [fields.size, fields.lastModified].every((each) => typeof each === 'number')
  )
}

function all(): Unfinished[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isUnfinished) : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

const store = (kept: readonly Unfinished[]) => localStorage.setItem(KEY, JSON.stringify(kept))

export const unfinishedOf = (account: string): Unfinished[] =>
  all().filter((each) => each.account === account)

export const keep = (upload: Unfinished): void =>
  store([...all().filter(({ id }) => id !== upload.id), upload])

export const forget = (id: string): void => store(all().filter((each) => each.id !== id))

/** Whether it is the file that was begun: browsers tell no more without reading all of it. */
export const isOf = (
  file: File,
  begun: Pick<Unfinished, 'name' | 'size' | 'lastModified'>,
): boolean =>
  file.name === begun.name && file.size === begun.size && file.lastModified === begun.lastModified
