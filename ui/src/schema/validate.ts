/**
 * Does a value fit a JSON Schema? Told before the server is asked, which has the last word: what is not known here
 * (formats, say) fits. Written without generated code, which the console's CSP refuses.
 */
import { isSchema, optionsOf, propertiesOf, requiredOf, resolve, type Schema, typeName } from "./json_schema";
import { BrokenJson } from "./json_text";

export interface Issue {
  /** JSON Pointer (RFC 6901) of the value; "" is the whole. */
  path: string;
  /** Goes on after the value's name: "is missing", "must be …". */
  message: string;
}

type Check = (value: unknown, schema: Schema, path: string, root: Schema) => Issue[];

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** Path of a member. */
export const under = (path: string, name: string | number) => `${path}/${escaped(String(name))}`;

export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) =>
      isSchema(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? "undefined"
  );
}

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isSchema,
};

function fitsType(value: unknown, schema: Schema): boolean {
  const names = Array.isArray(schema.type) ? schema.type : [schema.type];
  return names.some((name) => typeof name !== "string" || (TYPES[name]?.(value) ?? true));
}

const article = (name: string) => `${/^[aio]/.test(name) ? "an" : "a"} ${name}`;
const many = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** One bound: where it is a number and `isFit` says no, the message. */
function bound(
  limit: unknown,
  isFit: (limit: number) => boolean,
  message: (limit: number) => string,
): string[] {
  return typeof limit === "number" && !isFit(limit) ? [message(limit)] : [];
}

function numberProblems(value: number, schema: Schema): string[] {
  return [
    ...bound(
      schema.minimum,
      (n) => value >= n,
      (n) => `must be at least ${n}`,
    ),
    ...bound(
      schema.maximum,
      (n) => value <= n,
      (n) => `must be at most ${n}`,
    ),
    ...bound(
      schema.exclusiveMinimum,
      (n) => value > n,
      (n) => `must be more than ${n}`,
    ),
    ...bound(
      schema.exclusiveMaximum,
      (n) => value < n,
      (n) => `must be less than ${n}`,
    ),
    ...bound(
      schema.multipleOf,
      (n) => Number.isInteger(value / n),
      (n) => `must be a multiple of ${n}`,
    ),
  ];
}

function isMatch(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true; // A pattern of another dialect: the server knows.
  }
}

function stringProblems(value: string, schema: Schema): string[] {
  const { length } = [...value];
  const { pattern } = schema;
  return [
    ...bound(
      schema.minLength,
      (n) => length >= n,
      (n) => `must have at least ${many(n, "character")}`,
    ),
    ...bound(
      schema.maxLength,
      (n) => length <= n,
      (n) => `must have at most ${many(n, "character")}`,
    ),
    ...(typeof pattern === "string" && !isMatch(pattern, value) ? [`must match ${pattern}`] : []),
  ];
}

const arrayIssues = (value: unknown[], schema: Schema, path: string, root: Schema): Issue[] => {
  const { length } = value;
  const isRepeated = schema.uniqueItems === true && new Set(value.map(canonical)).size < length;
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  return [
    ...bound(
      schema.minItems,
      (n) => length >= n,
      (n) => `must have at least ${many(n, "item")}`,
    ),
    ...bound(
      schema.maxItems,
      (n) => length <= n,
      (n) => `must have at most ${many(n, "item")}`,
    ),
    ...(isRepeated ? ["must not have an item twice"] : []),
  ]
    .map((message): Issue => ({ path, message }))
    .concat(value.flatMap((item, i) => check(item, first[i] ?? schema.items, under(path, i), root)));
};

const objectIssues = (value: Schema, schema: Schema, path: string, root: Schema): Issue[] => {
  const known = new Map(propertiesOf(schema));
  const count = Object.keys(value).length;
  const issues = [
    ...bound(
      schema.minProperties,
      (n) => count >= n,
      (n) => `must have at least ${many(n, "field")}`,
    ),
    ...bound(
      schema.maxProperties,
      (n) => count <= n,
      (n) => `must have at most ${many(n, "field")}`,
    ),
  ].map((message): Issue => ({ path, message }));
  for (const name of requiredOf(schema)) {
    if (value[name] === undefined) issues.push({ path: under(path, name), message: "is missing" });
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const field = known.get(name);
    const isPatterned = isSchema(schema.patternProperties);
    if (field) issues.push(...check(member, field, under(path, name), root));
    else if (isPatterned) continue;
    else if (schema.additionalProperties === false)
      issues.push({ path: under(path, name), message: "is not known here" });
    else issues.push(...check(member, schema.additionalProperties, under(path, name), root));
  }
  return issues;
};

/** Of a union the issues of the one member that is meant, by type and by constants, else one message. */
const unionIssues: Check = (value, schema, path, root) => {
  const options = optionsOf(schema)?.map((option) => resolve(option, root)) ?? [];
  const tried = options.map((option) => ({ option, issues: check(value, option, path, root) }));
  if (options.length === 0 || tried.some(({ issues }) => issues.length === 0)) return [];
  const meant = tried.filter(({ option }) => fitsType(value, option) && hasItsConstants(value, option, root));
  if (meant.length === 1 && meant[0]) return meant[0].issues;
  return [{ path, message: `must be ${typeName(schema)}` }];
};

function hasItsConstants(value: unknown, option: Schema, root: Schema): boolean {
  return propertiesOf(option).every(([name, field]) => {
    const { const: constant } = resolve(field, root);
    return constant === undefined || (isSchema(value) && same(value[name], constant));
  });
}

const scalarProblems = (value: unknown, schema: Schema): string[] => {
  if (schema.const !== undefined && !same(value, schema.const)) return [`must be ${typeName(schema)}`];
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => same(one, value)))
    return [`must be one of ${typeName(schema)}`];
  if (typeof value === "number") return numberProblems(value, schema);
  return typeof value === "string" ? stringProblems(value, schema) : [];
};

function check(value: unknown, given: unknown, path: string, root: Schema): Issue[] {
  if (value instanceof BrokenJson) return [{ path, message: `is no JSON: ${value.problem}` }];
  if (given === false) return [{ path, message: "must not be there" }];
  if (!isSchema(given)) return [];
  const schema = resolve(given, root);
  if (value === undefined) return [{ path, message: "is missing" }];
  if (!fitsType(value, schema)) return [{ path, message: `must be ${article(typeName(schema))}` }];
  const all = Array.isArray(schema.allOf) ? schema.allOf : [];
  return [
    ...scalarProblems(value, schema).map((message): Issue => ({ path, message })),
    ...(Array.isArray(value) ? arrayIssues(value, schema, path, root) : []),
    ...(isSchema(value) ? objectIssues(value, schema, path, root) : []),
    ...unionIssues(value, schema, path, root),
    ...all.flatMap((one) => check(value, one, path, root)),
  ];
}

/** All that does not fit; nothing when it does. */
export function validate(value: unknown, schema: unknown): Issue[] {
  return check(value, schema, "", isSchema(schema) ? schema : {});
}

/** An issue as a sentence: `to/city is missing`. */
export function sentence({ path, message }: Issue): string {
  const name = path.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
  return `${name || "The value"} ${message}.`;
}
