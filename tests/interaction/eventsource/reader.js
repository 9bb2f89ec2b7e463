// Reads one stream to its end and writes each event as a line of JSON: node reader.js URL KEY TYPE...
// EventSource comes back by itself with Last-Event-ID, and stops when the server answers 204.
import { EventSource } from 'eventsource'

const [url, key, ...types] = process.argv.slice(2)

const source = new EventSource(url, {
  fetch: (input, init) =>
    fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${key}` } }),
})

function say(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}

for (const type of types) {
  source.addEventListener(type, (event) => say({ id: event.lastEventId, type, data: event.data }))
}
source.addEventListener('error', (event) => {
  if (source.readyState === EventSource.CLOSED) say({ closed: event.code })
})
