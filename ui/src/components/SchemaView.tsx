import {
  isNull,
  isSchema,
  nonNull,
  optionsOf,
  propertiesOf,
  requiredOf,
  resolve,
  type Schema,
  typeName,
} from "@/schema/json_schema";
import { Badge } from "./Badge";

const BOUNDS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "pattern",
  "format",
  "default",
];
/** A schema may contain itself. */
const DEPTH_MAX = 6;

const boundsOf = (schema: Schema) =>
  BOUNDS.filter((name) => schema[name] !== undefined && schema[name] !== null)
    .map((name) => `${name} ${JSON.stringify(schema[name])}`)
    .join(" · ");

/** The objects inside of a field: its own, its items' or those of a union, with the name each goes by. */
function innerOf(field: Schema, root: Schema, depth = 0): { name: string | null; schema: Schema }[] {
  if (depth > DEPTH_MAX) return [];
  const options = optionsOf(field);
  if (options) {
    const objects = options
      .filter((option) => !isNull(option))
      .map((option) => ({ name: typeName(option), schema: resolve(option, root) }))
      .filter(({ schema }) => isSchema(schema.properties));
    return objects.map(({ name, schema }) => ({ name: objects.length > 1 ? name : null, schema }));
  }
  if (isSchema(field.items)) return innerOf(resolve(field.items, root), root, depth + 1);
  if (isSchema(field.properties)) return [{ name: null, schema: field }];
  const { additionalProperties: members } = field;
  return isSchema(members) ? innerOf(resolve(members, root), root, depth + 1) : [];
}

interface FieldProps {
  name: string;
  field: Schema;
  root: Schema;
  isRequired: boolean;
  depth: number;
}

function FieldView({ name, field: given, root, isRequired, depth }: FieldProps) {
  const field = resolve(given, root);
  const bounds = boundsOf(field);
  const type =
    typeof given.$ref === "string" && !field.enum ? typeName({ $ref: given.$ref }) : typeName(field);
  return (
    <div>
      <dt className="flex flex-wrap items-center gap-2 font-mono text-xs">
        <span className="font-semibold">{name}</span>
        <span className="min-w-0 break-words text-muted">{type}</span>
        {isRequired && <Badge tone="accent">required</Badge>}
      </dt>
      <dd className="text-xs">
        {typeof field.description === "string" && <p>{field.description}</p>}
        {bounds && <p className="break-words text-muted">{bounds}</p>}
        {depth < DEPTH_MAX &&
          innerOf(field, root).map((inner, index) => (
            <div key={inner.name ?? index} className="mt-1 border-l border-line pl-3">
              {inner.name && <p className="font-mono text-muted">{inner.name}</p>}
              <Fields schema={inner.schema} root={root} depth={depth + 1} />
            </div>
          ))}
      </dd>
    </div>
  );
}

function Fields({ schema, root, depth }: { schema: Schema; root: Schema; depth: number }) {
  const required = requiredOf(schema);
  return (
    <dl className="flex flex-col gap-2">
      {propertiesOf(schema).map(([name, field]) => (
        <FieldView
          key={name}
          name={name}
          field={field}
          root={root}
          isRequired={required.includes(name)}
          depth={depth}
        />
      ))}
    </dl>
  );
}

/** JSON Schema as a list of its fields, level by level. */
export function SchemaView({ schema: given }: { schema: unknown }) {
  if (!isSchema(given)) return <p className="text-muted">No schema.</p>;
  const { schema } = nonNull(given, given);
  if (propertiesOf(schema).length > 0) return <Fields schema={schema} root={given} depth={0} />;
  const inner = innerOf(schema, given);
  return (
    <div className="flex flex-col gap-2">
      <p className="font-mono text-xs">{typeName(schema)}</p>
      {inner.map((one, index) => (
        <div key={one.name ?? index} className="border-l border-line pl-3">
          <Fields schema={one.schema} root={given} depth={1} />
        </div>
      ))}
    </div>
  );
}
