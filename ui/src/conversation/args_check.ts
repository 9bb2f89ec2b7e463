/** Whether edited arguments can be a tool's: what its schema says of the first level. */

type Schema = Record<string, unknown>;

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: isObject,
  null: (value) => value === null,
};

function typeProblem(name: string, value: unknown, schema: unknown): string | null {
  if (!isObject(schema)) return null;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    return `"${name}" has to be one of ${schema.enum.map((one) => JSON.stringify(one)).join(", ")}.`;
  }
  const types = [schema.type].flat().filter((type): type is string => typeof type === "string");
  const fits = types.length === 0 || types.some((type) => TYPES[type]?.(value) ?? true);
  return fits ? null : `"${name}" has to be of type ${types.join(" or ")}.`;
}

/** The arguments that a text holds, or why it holds none. */
export function readArgs(
  text: string,
  schema: unknown,
): { args: Record<string, unknown> } | { problem: string } {
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}` };
  }
  if (!isObject(args))
    return { problem: 'The arguments have to be a JSON object, such as {"name": "value"}.' };
  if (!isObject(schema)) return { args };
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const name of Array.isArray(schema.required) ? schema.required : []) {
    if (!(String(name) in args)) return { problem: `"${String(name)}" is missing.` };
  }
  for (const [name, value] of Object.entries(args)) {
    if (!(name in properties) && schema.additionalProperties === false)
      return { problem: `The tool knows no "${name}".` };
    const problem = typeProblem(name, value, properties[name]);
    if (problem) return { problem };
  }
  return { args };
}
