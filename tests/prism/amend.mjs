// Ashby's document as Prism is given it. Two things in it cannot be met by any program, and are read as its words say:
//
// - A custom field's value is `oneOf` many types, and any text is of several of them at once (text, LongText, option, …). So no
//   text could be set or given back. Read as `anyOf`.
// - No value is documented that empties a field. `null` is allowed here; README.md of the connector says what happens where
//   Ashby does not take it.
//
// node amend.mjs <document.yaml> <out.json>
import { readFileSync, writeFileSync } from 'node:fs';
import yaml from 'js-yaml';

const [source, target] = process.argv.slice(2);
const ashby = yaml.load(readFileSync(source, 'utf8'));
const argument = (verb) => ashby.paths[verb].post.requestBody.content['application/json'].schema.properties;
const given = (verb) => ashby.paths[verb].post.responses[200].content['application/json'].schema.oneOf[0];

const set = [argument('/customField.setValue').fieldValue, argument('/customField.setValues').values.items.properties.fieldValue];
const shown = given('/customField.setValue').allOf[1].properties.results.properties.value;
for (const value of [...set, shown]) {
  if (!value.oneOf) throw new Error('the document has changed: look whether it needs amending at all');
  value.anyOf = [...value.oneOf, { type: 'null' }];
  delete value.oneOf;
}
writeFileSync(target, JSON.stringify(ashby));
