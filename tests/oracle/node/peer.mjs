// The canonical N-Quads that the Digital Bazaar libraries make of documents: `jsonld` in safe mode, then `rdf-canonize`.
// First line in: {url: file}, the contexts to load. Then, line by line, {"document": …, "asSet": bool}; line by line out,
// {"nquads": …} or {"error": …}. Nothing is ever fetched.
import { readFileSync } from "node:fs";
import jsonld from "jsonld";
import ContextResolver from "jsonld/lib/ContextResolver.js";
import * as canonize from "rdf-canonize";

// Not `readline`, for which U+2028 ends a line.
async function* linesOf(stream) {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop();
    yield* parts;
  }
}

const lines = linesOf(process.stdin);
const files = JSON.parse((await lines.next()).value);
const loaded = new Map(Object.entries(files).map(([url, file]) => [url, readFileSync(file, "utf8")]));

async function documentLoader(url) {
  if (!loaded.has(url)) throw new Error(`not a context of ours: ${url}`);
  return { contextUrl: null, documentUrl: url, document: JSON.parse(loaded.get(url)) };
}

// A dataset is a set (RDF 1.1, 4); `jsonld` may hand over a statement twice.
function distinct(dataset) {
  return [...new Map(dataset.map((quad) => [canonize.NQuads.serializeQuad(quad), quad])).values()];
}

async function answer({ document, asSet }) {
  try {
    // A resolver of its own for every document: the shared one also keeps what was wrong with a context that another
    // document had beside the same ones, and refuses both.
    const contextResolver = new ContextResolver({ sharedCache: new Map() });
    const dataset = await jsonld.toRDF(document, { safe: true, documentLoader, contextResolver });
    // Its bound on work is not ours; no document that is compared comes near either.
    const options = { algorithm: "RDFC-1.0", maxDeepIterations: 100_000 };
    return { nquads: await canonize.canonize(asSet ? distinct(dataset) : dataset, options) };
  } catch (error) {
    const event = error.details?.event?.code;
    return { error: event ? `safe mode: ${event}` : String(error.details?.code ?? error.message) };
  }
}

for await (const line of lines) process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
