// Canonical N-Quads by npm jsonld (safe mode) and rdf-canonize (RDFC-1.0).
// First line in: {"contexts": {url: file}}. Then a document a line; a line out for each: {"nquads"} or {"error"}.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import jsonld from "jsonld";
import * as rdfCanonize from "rdf-canonize";

let loaded;
async function documentLoader(url) {
  const document = loaded.get(url);
  if (!document) throw new Error(`not a context of ours: ${url}`);
  return { documentUrl: url, document, contextUrl: null };
}

const reading = { base: null, safe: true, documentLoader };
const writing = { algorithm: "RDFC-1.0", format: "application/n-quads" };
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const value = JSON.parse(line);
  if (!loaded) {
    const files = Object.entries(value.contexts);
    loaded = new Map(files.map(([url, file]) => [url, JSON.parse(readFileSync(file, "utf8"))]));
    continue;
  }
  let answer;
  try {
    answer = { nquads: await rdfCanonize.canonize(await jsonld.toRDF(value, reading), writing) };
  } catch (error) {
    answer = { error: String(error.details?.event?.code ?? error.details?.code ?? error.message).slice(0, 120) };
  }
  console.log(JSON.stringify(answer));
}
