import { QueryClient } from '@tanstack/react-query'
import { Problem } from '../api/problem'

const temporary = (error: Error): boolean =>
  error instanceof Problem && (error.status === 0 || error.status >= 502)

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (count, error) => count < 3 && temporary(error) },
  },
})
