import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, body } from '../api/client'
import { useToken } from './session'

export const meOf = (token: string | null) =>
  queryOptions({
    queryKey: ['me', token],
    queryFn: async () => (await body(api.GET('/me'))).user,
    enabled: token !== null,
    staleTime: 60_000,
  })

/** The caller's own account. */
export const useMe = () => useQuery(meOf(useToken()))
