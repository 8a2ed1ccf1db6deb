import { queryOptions } from '@tanstack/react-query'
import { api, body } from '../api/client'
import type { components } from '../api/schema'

type Schemas = components['schemas']
export type Key = Schemas['KeyOut']
export type Scope = Key['scopes'][number]
export type Quota = Schemas['QuotaOut']
export type Retention = Schemas['RetentionOut']
export type Days = Required<Schemas['RetentionIn']>

export const SCOPES: readonly Scope[] = ['recordings:read', 'recordings:write']

const KEYS = ['account', 'keys'] as const
export const keysOf = () =>
  queryOptions({
    queryKey: KEYS,
    queryFn: async () => (await body(api.GET('/keys'))).keys,
    staleTime: 0,
  })

export const makeKey = (name: string, scopes: Scope[]) =>
  body(api.POST('/keys', { body: { name, scopes } }))

export const revokeKey = (key_id: string): Promise<unknown> =>
  body(api.DELETE('/keys/{key_id}', { params: { path: { key_id } } }))

const OFTEN_MS = 10_000
export const quotaOf = () =>
  queryOptions({
    queryKey: ['account', 'quota'],
    queryFn: () => body(api.GET('/me/quota')),
    refetchInterval: OFTEN_MS,
    staleTime: 0,
  })

const RETENTION = ['account', 'retention'] as const
export const retentionOf = () =>
  queryOptions({
    queryKey: RETENTION,
    queryFn: () => body(api.GET('/me/retention')),
    staleTime: 0,
  })

export const keepFor = (days: Days): Promise<Retention> =>
  body(api.PUT('/me/retention', { body: days }))
