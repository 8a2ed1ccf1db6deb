// Hand in a large recording, part by part, and go on where an earlier attempt was cut off.
//
// In a browser:
//   import { sendRecording } from './upload.js'
//   const job = await sendRecording('/api', key, input.files[0], { onUpload: (id) => … })
//
// With Node 20:
//   node upload.js http://127.0.0.1:8080/api <API key> meeting.flac [upload id]

const AT_ONCE = 3
const TRIES = 10

/** Sends a File or Blob and makes it a job; `uploadId` goes on with what was begun. */
export async function sendRecording(api, key, file, { name = file.name, uploadId, onUpload } = {}) {
  const ask = async (method, path, body, headers = {}) => {
    const answer = await fetch(api + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  if (uploadId === undefined) {
    const begun = await ask('POST', '/uploads', { file_name: name, size: file.size })
    uploadId = begun.upload_id
  }
  onUpload?.(uploadId)
  for (let failed = 0; ; ) {
    try {
      const upload = await ask('GET', `/uploads/${uploadId}`)
      if (upload.missing.length === 0) break
      await putPage(upload, file)
      failed = 0
    } catch (error) {
      failed += 1
      if (failed === TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 500 * 2 ** failed)))
    }
  }
  await ask('POST', `/uploads/${uploadId}/complete`)
  // The key makes this one job, however often it is asked for.
  const wanted = { upload_id: uploadId, language: 'auto' }
  return ask('POST', '/jobs', wanted, { 'Idempotency-Key': uploadId })
}

/** Puts the parts that the answer names, which are some of the missing ones. */
async function putPage(upload, file) {
  const left = [...upload.missing]
  const work = async () => {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      const begin = (part.number - 1) * upload.part_size
      const content = file.slice(begin, begin + part.size)
      const answer = await fetch(part.url, { method: 'PUT', body: content })
      if (!answer.ok) throw new Error(`part ${part.number}: ${answer.status}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

if (globalThis.process?.argv[1]?.endsWith('upload.js')) {
  const { openAsBlob } = await import('node:fs')
  const { basename } = await import('node:path')
  const [api, key, path, uploadId] = process.argv.slice(2)
  const job = await sendRecording(api, key, await openAsBlob(path), {
    name: basename(path),
    uploadId,
    onUpload: (id) => console.log('upload', id),
  })
  console.log('job', job.job_id)
}
