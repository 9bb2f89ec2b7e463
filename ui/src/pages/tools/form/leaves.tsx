import { useState } from "react";
import { Field, Input, Select, Textarea } from "@/components/Field";
import { jsonText, parseJson } from "@/schema/json_text";
import { same } from "@/schema/validate";
import type { ControlProps } from "./SchemaField";

const defaultOf = ({ shape }: ControlProps): string =>
  shape.schema.default === undefined ? "" : `default ${JSON.stringify(shape.schema.default)}`;

/** What an emptied control stands for. */
const emptyOf = ({ isRequired, shape }: ControlProps) => (isRequired && shape.isNullable ? null : undefined);

const fieldOf = ({ label, hint, error }: ControlProps) => ({ label, hint, error });

export function StringField(props: ControlProps) {
  const { value, onChange, isRequired, shape } = props;
  const change = (text: string) => {
    // A required text may be empty, an optional one is then left out.
    onChange(text === "" && (!isRequired || shape.isNullable) ? emptyOf(props) : text);
  };
  return (
    <Field {...fieldOf(props)}>
      {(ids) => (
        <Textarea
          {...ids}
          rows={1}
          className="field-sizing-content max-h-60 min-h-8!"
          placeholder={defaultOf(props)}
          value={typeof value === "string" ? value : jsonText(value ?? undefined)}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}

/** What is no number stays as it was typed, and is told of; so is an integer that JavaScript cannot hold. */
function numberOf(text: string): number | string {
  const number = Number(text);
  const isExact = !/^\s*[-+]?\d+\s*$/.test(text) || Number.isSafeInteger(number);
  return text.trim() !== "" && Number.isFinite(number) && isExact ? number : text;
}

export function NumberField(props: ControlProps) {
  const { value, onChange, shape } = props;
  const [text, setText] = useState(value === undefined || value === null ? "" : String(value));
  const change = (typed: string) => {
    setText(typed);
    onChange(typed.trim() === "" ? emptyOf(props) : numberOf(typed));
  };
  return (
    <Field {...fieldOf(props)}>
      {(ids) => (
        <Input
          {...ids}
          inputMode={shape.schema.type === "integer" ? "numeric" : "decimal"}
          autoComplete="off"
          placeholder={defaultOf(props)}
          value={text}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}

const NOTHING = "";

/** A choice of values that need not be text: they are told apart by their place. */
function Choice({ values, ...props }: ControlProps & { values: readonly unknown[] }) {
  const { value, onChange, isRequired } = props;
  const nothing = isRequired ? "choose…" : `leave out${defaultOf(props) && `: ${defaultOf(props)}`}`;
  const named = values.map((one, index) => ({
    value: String(index),
    label: typeof one === "string" ? one : JSON.stringify(one),
  }));
  const at = value === undefined ? -1 : values.findIndex((one) => same(one, value));
  return (
    <Field {...fieldOf(props)}>
      {(ids) => (
        <Select
          {...ids}
          options={[{ value: NOTHING, label: nothing }, ...named]}
          value={at < 0 ? NOTHING : String(at)}
          onValueChange={(place) => onChange(place === NOTHING ? undefined : values[Number(place)])}
        />
      )}
    </Field>
  );
}

export function EnumField(props: ControlProps) {
  const { schema, isNullable } = props.shape;
  const values: unknown[] = Array.isArray(schema.enum) ? schema.enum : [schema.const];
  return <Choice {...props} values={isNullable && !values.includes(null) ? [...values, null] : values} />;
}

export function BooleanField(props: ControlProps) {
  return <Choice {...props} values={props.shape.isNullable ? [true, false, null] : [true, false]} />;
}

/** What no other control can say: unions, maps, anything. */
export function JsonField(props: ControlProps) {
  const { value, onChange } = props;
  const [text, setText] = useState(() => jsonText(value));
  const change = (typed: string) => {
    setText(typed);
    onChange(typed.trim() === "" ? undefined : parseJson(typed));
  };
  return (
    <Field {...fieldOf(props)} hint={props.hint ? `${props.hint} (as JSON)` : "As JSON"}>
      {(ids) => (
        <Textarea
          {...ids}
          rows={2}
          spellCheck={false}
          className="field-sizing-content max-h-60 font-mono text-xs"
          placeholder={defaultOf(props) || "JSON"}
          value={text}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}
