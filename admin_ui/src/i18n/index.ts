import { en } from './en'
import { ko } from './ko'
import { makeText, type Translate } from './text'

export type TextKey = keyof typeof ko
export type T = Translate<TextKey>
export const { useText, text } = makeText<typeof ko>({ ko, en })
