import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { hasUnsafeInteger, parseJson } from "@/schema/json_text";
import { type Issue, sentence, validate } from "@/schema/validate";
import { cx } from "./classes";
import { Textarea } from "./Field";

const SHOWN_MAX_COUNT = 8;
const LINES_MAX = 24;

/** What does not fit, as a list that is read out when it changes. */
export function IssueList({ id, issues }: { id?: string; issues: readonly Issue[] }) {
  const shown = issues.slice(0, SHOWN_MAX_COUNT);
  return (
    <ul id={id} aria-live="polite" className="text-xs break-words text-err">
      {shown.map((issue) => (
        <li key={`${issue.path} ${issue.message}`}>{sentence(issue)}</li>
      ))}
      {issues.length > shown.length && <li>… and {issues.length - shown.length} more.</li>}
    </ul>
  );
}

interface JsonEditorProps {
  label: string;
  text: string;
  onTextChange: (text: string) => void;
  /** What the value has to fit; what does not is told below. */
  schema?: unknown;
  /** Ctrl+Enter, when it fits. */
  onSubmit?: () => void;
  className?: string;
}

const UNSAFE: Issue = {
  path: "",
  message: "holds an integer beyond ±(2^53 − 1), which a browser may change: it cannot be edited here",
};

/** The value of a text, and what is wrong with it. */
export function useJson(text: string, schema?: unknown): { value: unknown; issues: Issue[] } {
  return useMemo(() => {
    const value = parseJson(text);
    const issues = validate(value, schema ?? {});
    return { value, issues: hasUnsafeInteger(value) ? [UNSAFE, ...issues] : issues };
  }, [text, schema]);
}

/** JSON as text to edit. Tab leaves it, as in every field. */
export function JsonEditor({ label, text, onTextChange, schema, onSubmit, className }: JsonEditorProps) {
  const id = useId();
  const { issues } = useJson(text, schema);
  const [lines] = useState(() => Math.min(LINES_MAX, text.split("\n").length + 2));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !onSubmit) return;
    event.preventDefault();
    if (issues.length === 0) onSubmit();
  };
  return (
    <div className={cx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
      </label>
      <Textarea
        id={id}
        rows={lines}
        value={text}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        aria-invalid={issues.length > 0 || undefined}
        aria-describedby={`${id}-issues`}
        onKeyDown={onKeyDown}
        onChange={(event) => onTextChange(event.target.value)}
        className="font-mono text-xs"
      />
      <IssueList id={`${id}-issues`} issues={issues} />
    </div>
  );
}
