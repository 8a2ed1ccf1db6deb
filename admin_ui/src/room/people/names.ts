import { createContext, useContext } from 'react'

/** user id → what to call them. */
export type Names = (userId: string) => string

export const NamesContext = createContext<Names>((userId) => userId)
export const useNames = (): Names => useContext(NamesContext)

/** The part of the address that people say. */
export const nameOf = (email: string): string => email.split('@')[0] ?? email
