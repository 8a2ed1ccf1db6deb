const EXTENSIONS: Record<string, string> = {
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/flac': 'flac',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/webm': 'webm',
  'audio/x-flac': 'flac',
  'audio/x-m4a': 'm4a',
  'audio/x-wav': 'wav',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
}

/** What its sender said that it is; one byte of it is read. */
export async function typeAt(url: string): Promise<string> {
  const { headers } = await fetch(url, { headers: { Range: 'bytes=0-0' } })
  return headers.get('Content-Type') ?? ''
}

/** A file name that players open; the type is as its sender told it. */
export function recordingName(jobId: string, contentType: string): string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  return `${jobId.slice(0, 8)}.${EXTENSIONS[type] ?? 'audio'}`
}
