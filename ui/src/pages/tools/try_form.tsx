import { Play } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useMemo, useRef, useState } from "react";
import type { ToolInfo } from "@/api/model";
import { Button } from "@/components/Button";
import { Switch } from "@/components/Field";
import { IssueList, JsonEditor } from "@/components/JsonEditor";
import { KeyHint } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { isSchema, propertiesOf } from "@/schema/json_schema";
import { BrokenJson, jsonText, parseJson } from "@/schema/json_text";
import { type Issue, validate } from "@/schema/validate";
import { ObjectFields } from "./form/ObjectField";
import { initialObject } from "./form/shape";
import type { Args } from "./trials";

const NO_ISSUES: readonly Issue[] = [];

interface TryFormProps {
  tool: ToolInfo;
  /** To begin with; another `key` begins anew. */
  initial: Args | null;
  isBusy: boolean;
  onRun: (args: Args) => void;
}

/** The arguments, as a form or as JSON. */
export function TryForm({ tool, initial, isBusy, onRun }: TryFormProps) {
  const schema = tool.parameters;
  const [args, setArgs] = useState<unknown>(() => initial ?? initialObject(schema, schema));
  /** What is typed, while it is typed as JSON. */
  const [text, setText] = useState<string | null>(null);
  const [isChecked, setChecked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const issues = useMemo(() => validate(args, schema), [args, schema]);
  const shown = isChecked ? issues : NO_ISSUES;
  const plain = isSchema(args) && !(args instanceof BrokenJson) ? args : null;
  const type = (typed: string) => {
    setText(typed);
    setArgs(parseJson(typed));
  };
  const run = () => {
    setChecked(true);
    if (issues.length === 0 && plain && !isBusy) onRun(plain);
    // The messages are there after this render.
    else setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    run();
  };
  const body = { args: plain ?? {}, ...(tool.needs_approval ? { approve: true } : {}) };
  const path = `/v1/tools/${encodeURIComponent(tool.name)}/invoke`;
  return (
    <form
      ref={form}
      noValidate
      aria-label={`Try ${tool.name}`}
      onSubmit={submit}
      onKeyDown={onKeyDown}
      className="flex flex-col gap-3"
    >
      {text === null ? (
        <>
          <Fields schema={schema} args={args} onChange={setArgs} issues={shown} />
          <IssueList issues={shown} />
        </>
      ) : (
        <JsonEditor label="Arguments (JSON)" text={text} onTextChange={type} schema={schema} />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="primary" type="submit" busy={isBusy} icon={<Play size={14} aria-hidden />}>
          {isBusy ? "Running…" : "Run"}
        </Button>
        <KeyHint keys="Ctrl Enter" />
        <Switch
          label="As JSON"
          checked={text !== null}
          disabled={!plain}
          onCheckedChange={(isJson) => setText(isJson ? jsonText(args) : null)}
        />
        <span className="flex-1" />
        <RequestSnippet request={{ method: "POST", path, body }} />
      </div>
    </form>
  );
}

interface FieldsProps {
  schema: ToolInfo["parameters"];
  args: unknown;
  onChange: (args: unknown) => void;
  issues: readonly Issue[];
}

function Fields({ schema, args, onChange, issues }: FieldsProps) {
  if (propertiesOf(schema).length === 0) return <p className="text-muted">It takes no arguments.</p>;
  return (
    <ObjectFields
      schema={schema}
      root={schema}
      path=""
      depth={0}
      value={args}
      onChange={onChange}
      issues={issues}
    />
  );
}
