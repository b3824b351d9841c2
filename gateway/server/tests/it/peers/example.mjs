// An event through docs/examples/receive_event.mjs: prints its type, or fails.
import { readFileSync } from 'node:fs'

const { verified } = await import(process.argv[2])
const { headers, body, key, now } = JSON.parse(readFileSync(0))
console.log(verified(headers, Buffer.from(body), key, now).type)
