import { useState } from "react";
import type { ApiError } from "@/api/client";
import type { ToolInfo } from "@/api/model";
import { Button } from "@/components/Button";
import { shownBidi } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { JsonEditor, useJson } from "@/components/JsonEditor";
import { SchemaView } from "@/components/SchemaView";
import { isSchema } from "@/schema/json_schema";
import { jsonText } from "@/schema/json_text";
import { same } from "@/schema/validate";
import type { DecisionDialogProps } from "./deny_dialog";

/** Where the tool is not known any more, its arguments are an object all the same. */
const ANY_OBJECT = { type: "object" };

/** The arguments as JSON, held against the tool's schema while they are typed. */
export function EditDialog({
  approval,
  tool,
  settle,
  onClose,
}: DecisionDialogProps & { tool: ToolInfo | null }) {
  const [text, setText] = useState(() => shownBidi(jsonText(approval.args)));
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const schema = tool?.parameters ?? ANY_OBJECT;
  const { value, issues } = useJson(text, schema);
  const isChanged = !same(value, approval.args);
  const approve = async () => {
    if (!isSchema(value) || issues.length > 0 || isSending) return;
    setSending(true);
    setError(null);
    const isOver = await settle(
      approval,
      { decision: "approve", ...(isChanged ? { args: value } : {}) },
      setError,
    );
    setSending(false);
    if (isOver) onClose();
  };
  const footer = (
    <>
      <Button disabled={!isChanged} onClick={() => setText(shownBidi(jsonText(approval.args)))}>
        Reset
      </Button>
      <Button onClick={onClose}>Cancel</Button>
      <Button variant="primary" busy={isSending} disabled={issues.length > 0} onClick={() => void approve()}>
        {isChanged ? "Approve with these arguments" : "Approve unchanged"}
      </Button>
    </>
  );
  return (
    <Dialog
      wide
      open
      onOpenChange={onClose}
      title={`Arguments of ${approval.tool}`}
      description="The call runs with what stands here. The journal keeps both, the model's and yours."
      footer={footer}
    >
      <JsonEditor
        label="Arguments (JSON); Ctrl+Enter approves"
        text={text}
        onTextChange={setText}
        schema={schema}
        onSubmit={() => void approve()}
      />
      {error && <ErrorNote error={error} />}
      {tool && (
        <details className="mt-3">
          <summary className="text-xs font-medium text-muted">What the tool takes</summary>
          <div className="mt-2">
            <SchemaView schema={tool.parameters} />
          </div>
        </details>
      )}
    </Dialog>
  );
}
