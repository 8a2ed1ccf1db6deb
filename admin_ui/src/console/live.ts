import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { body } from '../api/client'
import { useToast } from '../ui/Toast'

const REFRESH_MS = 2000
/** What is over changes only by an operator's hand. */
const RESTING_MS = 15_000
const never = () => false

/**
 * An answer of `/admin`, asked for again every two seconds while the tab is visible.
 *
 * The last answer stays until the next one is there, so nothing jumps and the focus is kept.
 */
export function useLive<D>(
  key: readonly unknown[],
  ask: () => Promise<{ data?: D }>,
  rests: (data: D) => boolean = never,
  /** Whether what rests is left alone until somebody comes back or acts. */
  sleeps: (data: D) => boolean = never,
) {
  return useQuery({
    queryKey: ['console', ...key],
    queryFn: () => body(ask()),
    refetchInterval: ({ state: { data } }) => {
      if (data === undefined || !rests(data)) return REFRESH_MS
      return sleeps(data) ? false : RESTING_MS
    },
    staleTime: 0,
    placeholderData: keepPreviousData,
  })
}

/** An operator's act: says that it is done, and shows at once what it changed. */
export function useAct(act: () => Promise<unknown>, done: string) {
  const queries = useQueryClient()
  const tell = useToast()
  return useMutation<unknown, Error, undefined>({
    mutationFn: act,
    onSuccess: async () => {
      tell(done)
      await queries.invalidateQueries({ queryKey: ['console'] })
    },
  })
}
