/** What the gateway's `/admin` answers; instants are ISO 8601, seconds end in `_s`. */
import type { components, paths } from '../api/schema'

type Schemas = components['schemas']

export type Counts = Schemas['CountsOut']
export type JobRow = Schemas['JobRow']
export type Job = Schemas['JobOut']
export type Task = Schemas['TaskOut']
export type Attempt = Schemas['AttemptOut']
export type Hop = Schemas['HopOut']
export type Timings = Schemas['Timings']
export type Minute = Schemas['MinuteOut']
export type Correction = Schemas['Correction']
export type DeadLetter = Schemas['DeadLetterOut']
export type Callbacks = Schemas['CallbacksOut']
export type Delivery = Schemas['CallbackDeliveryOut']
export type DeliveryState = Schemas['DeliveryState']
export type Worker = Schemas['WorkerOut']
export type ConsoleRoom = Schemas['RoomAdminOut']
export type ConsoleUser = Schemas['UserAdminOut']
export type Part = Schemas['PartOut']
export type JobState = Schemas['JobState']
export type TaskState = Schemas['TaskState']
export type JobsQuery = NonNullable<paths['/admin/jobs']['get']['parameters']['query']>
