// Checks that an event comes from your gateway: Node and the endpoint's public key (`v1a`). Nothing here is secret.

import { createPublicKey, verify } from 'node:crypto'

const TOLERANCE = 5 * 60 // seconds
// What stands before the 32 bytes of an Ed25519 key in its standard form (RFC 8410).
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** Gives the event back, or throws. `body` is a Buffer of the bytes as they came, `key` is `whpk_…`. */
export function verified(headers, body, key, now = Date.now() / 1000) {
  const id = headers['webhook-id']
  const sent = headers['webhook-timestamp']
  if (!(Math.abs(now - Number(sent)) <= TOLERANCE)) throw new Error('too old, or from the future')
  const bytes = Buffer.from(key.replace(/^whpk_/, ''), 'base64')
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' })
  const signed = Buffer.concat([Buffer.from(`${id}.${sent}.`), body])
  // During a rotation there are several signatures. One that fits is enough.
  const fits = headers['webhook-signature']
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, signed, publicKey, Buffer.from(one.slice(4), 'base64')))
  if (!fits) throw new Error('no signature fits')
  return JSON.parse(body)
}
