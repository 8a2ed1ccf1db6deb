import { makeText } from '../../i18n/text'
import { en } from './en'
import { ko } from './ko'

export type TextKey = keyof typeof ko
export const { useText, text } = makeText<typeof ko>({ ko, en })
