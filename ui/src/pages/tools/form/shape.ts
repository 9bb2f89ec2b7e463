/** Which control a JSON Schema gets, and what it holds at the start. */
import { isSchema, nonNull, optionsOf, propertiesOf, requiredOf, type Schema } from "@/schema/json_schema";

export type Kind = "string" | "number" | "boolean" | "enum" | "const" | "array" | "object" | "json";

/** Deeper ones are edited as JSON; a schema may contain itself. */
const DEPTH_MAX = 4;

export interface Shape {
  kind: Kind;
  /** Resolved, and without null. */
  schema: Schema;
  isNullable: boolean;
}

const isScalar = (value: unknown) => typeof value !== "object" || value === null;

function kindOf(schema: Schema, depth: number): Kind {
  if (schema.const !== undefined) return "const";
  if (Array.isArray(schema.enum)) return schema.enum.every(isScalar) ? "enum" : "json";
  if (optionsOf(schema) || schema.allOf || depth > DEPTH_MAX) return "json";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "string" || schema.type === "boolean") return schema.type;
  if (schema.type === "array" && isSchema(schema.items) && !schema.prefixItems) return "array";
  // A map with names of the caller's own has no fields to show.
  const isFixed = propertiesOf(schema).length > 0 && !isSchema(schema.additionalProperties);
  return schema.type === "object" && isFixed ? "object" : "json";
}

export function shapeOf(given: Schema, root: Schema, depth = 0): Shape {
  const { schema, isNullable } = nonNull(given, root);
  return { kind: kindOf(schema, depth), schema, isNullable };
}

/** What is there before anybody types: constants and required objects. Defaults are the tool's own business. */
export function initialValue(given: Schema, root: Schema, depth = 0): unknown {
  const { kind, schema } = shapeOf(given, root, depth);
  if (kind === "const") return schema.const;
  if (kind === "array") return [];
  return kind === "object" ? initialObject(schema, root, depth) : undefined;
}

export function initialObject(schema: Schema, root: Schema, depth = 0): Record<string, unknown> {
  const required = requiredOf(schema);
  const made = propertiesOf(schema)
    .filter(([name]) => required.includes(name))
    .map(([name, field]) => [name, initialValue(field, root, depth + 1)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(made);
}
