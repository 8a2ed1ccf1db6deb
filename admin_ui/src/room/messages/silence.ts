/** Ends whatever plays, but for one: voices do not overlap, and the microphone hears none of them. */
export function silence(but?: HTMLMediaElement): void {
  for (const each of document.querySelectorAll<HTMLMediaElement>('audio, video')) {
    if (each !== but && each.srcObject === null) each.pause()
  }
}
