import { useQuery } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { soundOf } from './requests'

/** Where a recording is played from, and whether the browser can.
 *
 * The address is good for some hours. When it plays no more, another is asked for once, and the
 * player goes on where it was; a recording that does not play even then is not for this browser. */
export function useSound(jobId: string) {
  const address = useQuery(soundOf(jobId))
  const [renewed, setRenewed] = useState(false)
  const [unplayable, setUnplayable] = useState(false)
  const renew = async (audio: HTMLAudioElement) => {
    const { currentTime } = audio
    await address.refetch()
    audio.load()
    audio.currentTime = currentTime
  }
  const onError = ({ currentTarget }: SyntheticEvent<HTMLAudioElement>) => {
    if (address.data === undefined) return
    if (renewed) setUnplayable(true)
    else {
      setRenewed(true)
      void renew(currentTarget)
    }
  }
  return {
    address,
    unplayable,
    /** For the audio element. */
    events: { onError, onPlaying: () => setRenewed(false) },
  }
}
