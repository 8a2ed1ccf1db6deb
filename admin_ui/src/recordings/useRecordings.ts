import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isOpen } from './model'
import { drop, type Sending } from './outbox'
import { LIST, pageOf } from './requests'

const BUSY_MS = 2000
const QUIET_MS = 15_000

/** Own recordings, newest first, as current as somebody who waits wants them. */
export function useRecordings() {
  return useInfiniteQuery({
    queryKey: LIST,
    queryFn: ({ pageParam }) => pageOf(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: ({ state: { data } }) => {
      const jobs = data?.pages.flatMap((each) => each.jobs) ?? []
      return jobs.some(({ state }) => isOpen(state)) ? BUSY_MS : QUIET_MS
    },
    staleTime: 0,
  })
}

/** Lets go of what has arrived, once the list shows it. */
export function useArrivals(sending: readonly Sending[]): void {
  const queries = useQueryClient()
  const arrived = sending.flatMap(({ id, phase }) => (phase === 'arrived' ? [id] : [])).join()
  useEffect(() => {
    if (arrived === '') return
    const shown = queries.invalidateQueries({ queryKey: LIST })
    void shown.then(() => arrived.split(',').forEach(drop))
  }, [queries, arrived])
}
