import type { Problem } from '../../api/problem'
import type { Story } from '../story/story'

/** What became of a clip that was accepted; a code where no message came of it. */
export type Verdict = 'waiting' | 'said' | { readonly failed: string }

export function verdictOn(story: Story, messageId: string): Verdict {
  if (story.empty.has(messageId)) return { failed: 'NOBODY_SPOKE' }
  const message = story.messages.find((each) => each.message_id === messageId)
  if (message?.status === 'failed') return { failed: message.code ?? 'ENGINE_FAILED' }
  return message?.status === 'final' ? 'said' : 'waiting'
}

const JUDGED = new Set([409, 413, 415, 422, 502])

/** Whether the idempotency key stands for this refusal now. Otherwise it is not known what the
 * server has got, and only the same key makes a repetition safe. */
export const isJudged = (problem: Problem): boolean =>
  JUDGED.has(problem.status) && !problem.code.startsWith('HTTP_')
