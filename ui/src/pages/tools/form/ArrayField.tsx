import { Plus, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { Button, IconButton } from "@/components/Button";
import { isSchema } from "@/schema/json_schema";
import { under } from "@/schema/validate";
import { Group } from "./Group";
import { type ControlProps, SchemaField } from "./SchemaField";
import { initialValue } from "./shape";

/** Items one below the other. Each keeps its own key, as what is typed in it is kept by it. */
export function ArrayField({ label, hint, error, shape, ...props }: ControlProps) {
  const { value, onChange, path, isRequired, root, depth } = props;
  const items: unknown[] = Array.isArray(value) ? value : [];
  const schema = isSchema(shape.schema.items) ? shape.schema.items : {};
  const [ids, setIds] = useState(() => items.map((_, index) => index));
  const lastId = useRef(ids.length);
  const add = () => {
    setIds([...ids, ++lastId.current]);
    onChange([...items, initialValue(schema, root, depth + 1)]);
  };
  const remove = (at: number) => {
    const left = items.filter((_, index) => index !== at);
    setIds(ids.filter((_, index) => index !== at));
    onChange(left.length === 0 && !isRequired ? undefined : left);
  };
  const actions = (
    <Button size="sm" icon={<Plus size={14} aria-hidden />} onClick={add}>
      Add an item
    </Button>
  );
  const rows = items.map((item, index) => (
    <div key={ids[index]} className="flex items-start gap-1">
      <div className="min-w-0 flex-1">
        <SchemaField
          {...props}
          name={`item ${index + 1}`}
          schema={schema}
          path={under(path, index)}
          value={item}
          onChange={(changed) => onChange(items.map((one, at) => (at === index ? changed : one)))}
          isRequired
          depth={depth + 1}
        />
      </div>
      <IconButton
        label={`Remove item ${index + 1}`}
        icon={<Trash2 size={14} aria-hidden />}
        onClick={() => remove(index)}
      />
    </div>
  ));
  return (
    <Group label={label} hint={hint} error={error} actions={actions}>
      {rows.length > 0 && rows}
    </Group>
  );
}
