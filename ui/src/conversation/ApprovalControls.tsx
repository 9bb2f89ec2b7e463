import { Check, Pencil, X } from "lucide-react";
import { useDecideApproval } from "@/api/mutations";
import { useTools } from "@/api/queries";
import { Button } from "@/components/Button";
import { shownBidi } from "@/components/bidi";
import { Field, Input } from "@/components/Field";
import { JsonEditor, useJson } from "@/components/JsonEditor";
import { toast } from "@/components/toast_store";
import { isSchema } from "@/schema/json_schema";
import { jsonText } from "@/schema/json_text";
import { useKept } from "./kept";

interface ApprovalControlsProps {
  /** Of the approval, which is that of its call. */
  id: string;
  tool: string;
  args: Record<string, unknown>;
  /** Why it has to be asked, where the tool said so. */
  reason?: string | null;
}

/** Where the tool is not known any more, its arguments are an object all the same. */
const ANY_OBJECT = { type: "object" };

/** The decision as it is made: perhaps a reason, perhaps other arguments. */
function useDecision({ id, tool, args }: ApprovalControlsProps) {
  const decide = useDecideApproval();
  const schema = useTools().data?.data.find((one) => one.name === tool)?.parameters ?? ANY_OBJECT;
  const [why, setWhy] = useKept(`approval:${id}:why`, "");
  const [edited, setEdited] = useKept<string | null>(`approval:${id}:args`, null);
  const { value, issues } = useJson(edited ?? "{}", edited === null ? undefined : schema);
  const send = (decision: "approve" | "deny", changed?: Record<string, unknown>) => {
    const reason = why.trim();
    decide.mutate(
      { id, decision, ...(changed ? { args: changed } : {}), ...(reason ? { reason } : {}) },
      { onError: (error) => toast.error(error) },
    );
  };
  const isSent = decide.isPending || decide.isSuccess;
  const approve = () => {
    if (isSent) return;
    if (edited === null) return send("approve");
    if (isSchema(value) && issues.length === 0) send("approve", value);
  };
  const edit = () => setEdited(shownBidi(jsonText(args)));
  const keepOriginal = () => setEdited(null);
  return {
    why,
    setWhy,
    edited,
    setEdited,
    edit,
    keepOriginal,
    schema,
    canApprove: issues.length === 0,
    approve,
    deny: () => send("deny"),
    isSent,
  };
}

/** Approve, deny, or edit the arguments and approve. */
export function ApprovalControls(props: ApprovalControlsProps) {
  const { tool, reason } = props;
  const { why, setWhy, edited, setEdited, edit, keepOriginal, schema, canApprove, approve, deny, isSent } =
    useDecision(props);
  return (
    <section
      aria-label={`Approval of ${tool}`}
      className="flex flex-col gap-2 rounded-md bg-warn-soft p-2 text-text"
    >
      <p className="text-xs font-medium">{shownBidi(reason ?? "") || "This call waits for your decision."}</p>
      {edited !== null && (
        <JsonEditor
          label="Arguments (JSON); Ctrl+Enter approves"
          text={edited}
          onTextChange={setEdited}
          schema={schema}
          onSubmit={approve}
        />
      )}
      <Field label="Reason (optional)" hideLabel>
        {(ids) => (
          <Input
            {...ids}
            value={why}
            placeholder="Reason (optional; the model reads it when you deny)"
            onChange={(event) => setWhy(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          variant="primary"
          icon={<Check size={14} aria-hidden />}
          busy={isSent}
          disabled={!canApprove}
          onClick={approve}
        >
          {edited === null ? "Approve" : "Approve with these arguments"}
        </Button>
        <Button size="sm" variant="danger" icon={<X size={14} aria-hidden />} busy={isSent} onClick={deny}>
          Deny
        </Button>
        {edited === null ? (
          <Button size="sm" icon={<Pencil size={14} aria-hidden />} disabled={isSent} onClick={edit}>
            Edit arguments
          </Button>
        ) : (
          <Button size="sm" disabled={isSent} onClick={keepOriginal}>
            Keep the original
          </Button>
        )}
      </div>
    </section>
  );
}
