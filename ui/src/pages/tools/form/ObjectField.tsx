import { Button } from "@/components/Button";
import { isSchema, propertiesOf, requiredOf, type Schema } from "@/schema/json_schema";
import { under } from "@/schema/validate";
import { Group } from "./Group";
import { type ControlProps, SchemaField, type ValueProps } from "./SchemaField";
import { initialObject } from "./shape";

/** The fields of an object, one below the other. */
export function ObjectFields({
  schema,
  value,
  onChange,
  path,
  depth,
  ...rest
}: Omit<ValueProps, "isRequired"> & { schema: Schema }) {
  const members = isSchema(value) ? value : {};
  const required = requiredOf(schema);
  const change = (name: string, member: unknown) => {
    const { [name]: _, ...others } = members;
    onChange(member === undefined ? others : { ...others, [name]: member });
  };
  return propertiesOf(schema).map(([name, field]) => (
    <SchemaField
      {...rest}
      key={name}
      name={name}
      schema={field}
      path={under(path, name)}
      value={members[name]}
      onChange={(member) => change(name, member)}
      isRequired={required.includes(name)}
      depth={depth + 1}
    />
  ));
}

export function ObjectField({ label, hint, error, shape, ...props }: ControlProps) {
  const { value, onChange, isRequired, root, depth } = props;
  if (!isSchema(value)) {
    return (
      <Group
        label={label}
        hint={hint}
        error={error}
        actions={
          <Button size="sm" onClick={() => onChange(initialObject(shape.schema, root, depth))}>
            Fill in
          </Button>
        }
      />
    );
  }
  const actions = !isRequired && (
    <Button size="sm" onClick={() => onChange(undefined)}>
      Leave out
    </Button>
  );
  return (
    <Group label={label} hint={hint} error={error} actions={actions}>
      <ObjectFields {...props} schema={shape.schema} />
    </Group>
  );
}
