/** What the room's pages work with; the gateway's answers and frames are of these shapes. */

export interface SignVideo {
  state: 'open' | 'ready' | 'failed'
  duration_s: number | null
  width: number | null
  height: number | null
  code: string | null
  detail: string | null
}

export interface Message {
  message_id: string
  room_id: string
  sender_user_id: string
  /** Names whoever has left since. */
  sender_email?: string
  /** Place in the conversation. */
  position: number
  type: string
  text: string | null
  status: string
  language: string | null
  duration_s: number | null
  created_at: string
  job_id?: string | null
  edited_at?: string | null
  /** What was recognised before the first edit; only its sender is told. */
  original_text?: string | null
  has_audio?: boolean
  sign?: SignVideo | null
  /** Why recognition failed. */
  code?: string
  detail?: string
}

export interface Participant {
  user_id: string
  email: string
  status: string
}

export interface Line {
  /** Who raised a hand, in order. */
  queue: string[]
  offered_user_id: string | null
  offer_expires_at: string | null
}

export interface Room extends Line {
  room_id: string
  title: string
  has_password: boolean
  capacity: number
  language: string
  current_speaker_user_id: string | null
  expires_at: string | null
  baton_grant: number
  participants: Participant[]
  last_seq: number
}

export interface Frame {
  type: string
  payload: Record<string, unknown>
  /** Missing in frames that are not numbered. */
  ts?: string | null
  seq: number
}
