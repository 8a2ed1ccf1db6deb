import { useQuery } from '@tanstack/react-query'
import { api, body } from '../api/client'
import { useToken } from './session'

/** The caller's own account. */
export function useMe() {
  const token = useToken()
  return useQuery({
    queryKey: ['me', token],
    queryFn: async () => (await body(api.GET('/me'))).user,
    enabled: token !== null,
    staleTime: 60_000,
  })
}
