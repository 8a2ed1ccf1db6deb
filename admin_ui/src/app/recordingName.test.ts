import { expect, test } from 'vitest'
import { recordingName } from './recordingName'

const JOB = '36ca9123-417b-45ff-acb7-c8661c3575e1'

test.each([
  ['audio/webm;codecs=opus', '36ca9123.webm'],
  ['Audio/MPEG', '36ca9123.mp3'],
  ['text/html', '36ca9123.audio'],
  ['', '36ca9123.audio'],
])('a recording of type %j is saved as %s', (type, name) => {
  expect(recordingName(JOB, type)).toBe(name)
})
