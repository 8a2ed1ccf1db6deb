/** Calls back about 20 times a second with how loud the microphone is, 0 to 1; gives the stop. */
export function watchLevel(stream: MediaStream, onLevel: (level: number) => void): () => void {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    onLevel(loudness(samples))
  }, 50)
  return () => {
    clearInterval(timer)
    void context.close()
  }
}

const FLOOR_DB = -55
const CEILING_DB = -12

/** Of samples in [-1, 1]: decibels, so that quiet speech moves the meter too. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, each) => sum + each * each, 0) / Math.max(1, samples.length)
  if (power === 0) return 0
  const db = 10 * Math.log10(power)
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)))
}
