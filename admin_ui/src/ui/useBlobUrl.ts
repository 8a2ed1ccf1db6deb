import { useMemo, useSyncExternalStore } from 'react'

/** An address for bytes in memory, given back when they are no longer shown. */
export function useBlobUrl(blob: Blob | undefined): string | undefined {
  const address = useMemo(() => addressOf(blob), [blob])
  return useSyncExternalStore(address.subscribe, address.get)
}

function addressOf(blob: Blob | undefined) {
  let url: string | undefined
  const subscribe = () => {
    const made = blob === undefined ? undefined : URL.createObjectURL(blob)
    url = made
    return () => {
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }
  return { subscribe, get: () => url }
}
