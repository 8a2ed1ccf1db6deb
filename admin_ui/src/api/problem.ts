/** A refusal of the gateway (problem+json), or of the way to it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** The stable code of docs/api.md, `NETWORK` when no answer came. */
    readonly code: string,
    readonly detail: string,
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${detail}`)
  }
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

export function problemOf(status: number, body: unknown): Problem {
  const fields = record(body)
  const code = typeof fields['code'] === 'string' ? fields['code'] : `HTTP_${status}`
  const detail = typeof fields['detail'] === 'string' ? fields['detail'] : ''
  return new Problem(status, code, detail, fields)
}

export async function problemFrom(response: Response): Promise<Problem> {
  const text = await response.text()
  try {
    return problemOf(response.status, JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return problemOf(response.status, null)
    throw error
  }
}

export const unreachable = (): Problem => new Problem(0, 'NETWORK', '')

/** The code, whatever was thrown. */
export const codeOf = (error: unknown): string =>
  error instanceof Problem ? error.code : 'UNKNOWN'
