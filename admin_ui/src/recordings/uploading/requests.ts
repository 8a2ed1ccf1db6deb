import { api, body } from '../../api/client'
import type { components } from '../../api/schema'
import type { Recording } from '../model'

export type Upload = components['schemas']['UploadOut']

/** URLs asked for at once: enough that the line never waits, and used before they end. */
const PAGE = 30

const TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/

const path = (upload_id: string) => ({ path: { upload_id } })

export const beginUpload = (file: File): Promise<Upload> => {
  const { name, size, type } = file
  const content_type = TYPE.test(type) ? type : 'application/octet-stream'
  return body(api.POST('/uploads', { body: { file_name: name, size, content_type } }))
}

export const uploadOf = (uploadId: string): Promise<Upload> =>
  body(
    api.GET('/uploads/{upload_id}', {
      params: { ...path(uploadId), query: { limit: PAGE } },
    }),
  )

export const completeUpload = (uploadId: string): Promise<Upload> =>
  body(api.POST('/uploads/{upload_id}/complete', { params: path(uploadId) }))

export const abortUpload = (uploadId: string): Promise<unknown> =>
  body(api.DELETE('/uploads/{upload_id}', { params: path(uploadId) }))

export const handInUpload = (uploadId: string, language: string, key: string): Promise<Recording> =>
  body(
    api.POST('/jobs', {
      params: { header: { 'idempotency-key': key } },
      body: { upload_id: uploadId, language },
    }),
  ) as Promise<Recording>
