/** Reading JSON Schema 2020-12 (https://json-schema.org/draft/2020-12): references, kinds and names of types. */

export type Schema = Record<string, unknown>;

const REFERENCES_MAX_COUNT = 16;

export const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a JSON Pointer (RFC 6901) within the document points at. */
function lookUp(root: Schema, reference: string): Schema | null {
  let found: unknown = root;
  for (const part of reference.split("/").slice(1)) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isSchema(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isSchema(found) ? found : null;
}

/** The schema with its `$ref` within `root` followed; what stands beside the reference wins. */
export function resolve(schema: Schema, root: Schema): Schema {
  let current = schema;
  for (let count = 0; typeof current.$ref === "string" && count < REFERENCES_MAX_COUNT; count++) {
    if (!current.$ref.startsWith("#")) return current;
    const target = lookUp(root, current.$ref);
    if (target === null) return current;
    const { $ref: _, ...beside } = current;
    current = { ...target, ...beside };
  }
  return current;
}

/** Members of `anyOf` or `oneOf`; null where the schema is no union. */
export function optionsOf(schema: Schema): Schema[] | null {
  const options = schema.anyOf ?? schema.oneOf;
  return Array.isArray(options) ? options.filter(isSchema) : null;
}

export const isNull = (schema: Schema): boolean => schema.type === "null" || schema.const === null;

/** The schema without null, and whether null fits it: `X | null` is read as X. */
export function nonNull(schema: Schema, root: Schema): { schema: Schema; isNullable: boolean } {
  const plain = resolve(schema, root);
  if (Array.isArray(plain.type) && plain.type.includes("null")) {
    const types = plain.type.filter((name) => name !== "null");
    return { schema: { ...plain, type: types.length === 1 ? types[0] : types }, isNullable: true };
  }
  const options = optionsOf(plain)?.map((option) => resolve(option, root));
  if (!options?.some(isNull)) return { schema: plain, isNullable: false };
  const { anyOf: _any, oneOf: _one, ...beside } = plain;
  const rest = options.filter((option) => !isNull(option));
  const [only] = rest;
  if (rest.length === 1 && only) return { schema: { ...only, ...beside }, isNullable: true };
  return { schema: { ...beside, anyOf: rest }, isNullable: true };
}

/** `string | null`, `array of integer`, `"a" | "b"` … */
export function typeName(schema: Schema): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const options = optionsOf(schema);
  if (options) return options.map(typeName).join(" | ");
  if (typeof schema.$ref === "string") return schema.$ref.split("/").at(-1) ?? "";
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  if (schema.type === "array" && isSchema(schema.items)) return `array of ${typeName(schema.items)}`;
  return typeof schema.type === "string" ? schema.type : "any";
}

export const propertiesOf = (schema: Schema): [string, Schema][] =>
  isSchema(schema.properties)
    ? Object.entries(schema.properties).map(([name, field]) => [name, isSchema(field) ? field : {}])
    : [];

export const requiredOf = (schema: Schema): string[] =>
  Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === "string") : [];
