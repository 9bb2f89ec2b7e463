import type { ReactNode } from "react";
import { Badge } from "@/components/Badge";
import { type Schema, typeName } from "@/schema/json_schema";
import type { Issue } from "@/schema/validate";
import { ArrayField } from "./ArrayField";
import { BooleanField, EnumField, JsonField, NumberField, StringField } from "./leaves";
import { ObjectField } from "./ObjectField";
import { type Shape, shapeOf } from "./shape";

export interface ValueProps {
  /** JSON Pointer of the value. */
  path: string;
  value: unknown;
  /** Undefined leaves the value out. */
  onChange: (value: unknown) => void;
  isRequired: boolean;
  /** All of the form; a field shows its own. */
  issues: readonly Issue[];
  root: Schema;
  depth: number;
}

/** What every control gets. */
export interface ControlProps extends ValueProps {
  label: ReactNode;
  hint: string | undefined;
  error: string | undefined;
  shape: Shape;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The issues of a value; with those inside of it where it has no fields of its own. */
function errorAt(path: string, issues: readonly Issue[], isLeaf: boolean): string | undefined {
  const own = issues
    .filter((issue) => issue.path === path || (isLeaf && issue.path.startsWith(`${path}/`)))
    .map((issue) => capital(`${issue.path.slice(path.length + 1)} ${issue.message}.`.trim()));
  return own.length > 0 ? own.join(" ") : undefined;
}

function Label({ name, type, isRequired }: { name: string; type: string; isRequired: boolean }) {
  return (
    <span className="flex flex-wrap items-center gap-2 font-mono">
      <span className="font-semibold text-text">{name}</span>
      <span className="font-normal break-all">{type}</span>
      {isRequired && <Badge tone="accent">required</Badge>}
    </span>
  );
}

/** One value of a form that is made from a JSON Schema. */
export function SchemaField({ name, schema, ...props }: ValueProps & { name: string; schema: Schema }) {
  const shape = shapeOf(schema, props.root, props.depth);
  const { kind } = shape;
  const isLeaf = kind !== "array" && kind !== "object";
  const { description } = shape.schema;
  const type = shape.schema.enum ? "" : typeName(shape.schema) + (shape.isNullable ? " | null" : "");
  const given: ControlProps = {
    ...props,
    shape,
    label: <Label name={name} type={type} isRequired={props.isRequired} />,
    hint: typeof description === "string" ? description : undefined,
    error: errorAt(props.path, props.issues, isLeaf),
  };
  if (kind === "string") return <StringField {...given} />;
  if (kind === "number") return <NumberField {...given} />;
  if (kind === "boolean") return <BooleanField {...given} />;
  if (kind === "enum" || kind === "const") return <EnumField {...given} />;
  if (kind === "array") return <ArrayField {...given} />;
  return kind === "object" ? <ObjectField {...given} /> : <JsonField {...given} />;
}
