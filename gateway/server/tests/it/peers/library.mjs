// An event through the library of Standard Webhooks: prints its type, or fails.
import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'

const { headers, body, secret, now } = JSON.parse(readFileSync(0))
Date.now = () => now * 1000
console.log(new Webhook(secret).verify(body, headers).type)
