// The same documents, verified by the Digital Bazaar libraries: outer proof alone, or every proof.
// Reads {"contexts": {url: file}, "cases": [{name, file, all}]} from standard input; prints {name: milliseconds}.
import { readFileSync } from "node:fs";
import * as vc from "@digitalbazaar/vc";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as DidKey from "@digitalbazaar/did-method-key";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";

const { contexts, cases } = JSON.parse(readFileSync(0, "utf8"));
const loaded = new Map(Object.entries(contexts).map(([url, file]) => [url, JSON.parse(readFileSync(file, "utf8"))]));
const didKey = DidKey.driver();
didKey.use({ multibaseMultikeyHeader: "z6Mk", fromMultibase: Ed25519Multikey.from });

async function documentLoader(url) {
  if (url.startsWith("did:key:")) return { documentUrl: url, document: await didKey.get({ url }) };
  const document = loaded.get(url);
  if (!document) throw new Error(`not a context of ours: ${url}`);
  return { documentUrl: url, document };
}

async function verify(credential) {
  const suite = new DataIntegrityProof({ cryptosuite });
  const now = new Date("2026-11-01T00:00:00Z");
  const result = await vc.verifyCredential({ credential, suite, documentLoader, now });
  if (!result.verified) throw result.error;
}

const times = {};
for (const { name, file, all } of cases) {
  const text = readFileSync(file, "utf8");
  const once = async () => {
    const credential = JSON.parse(text);
    await verify(credential);
    if (all) for (const inner of credential.credentialSubject.verifiableCredential ?? []) await verify(inner);
  };
  await once();
  const runs = [];
  const begun = performance.now();
  while (runs.length < 3 || (performance.now() - begun < 4000 && runs.length < 100)) {
    const start = performance.now();
    await once();
    runs.push(performance.now() - start);
  }
  times[name] = runs.sort((a, b) => a - b)[Math.floor(runs.length / 2)];
}
console.log(JSON.stringify(times));
