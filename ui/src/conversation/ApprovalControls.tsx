import { Check, Pencil, X } from "lucide-react";
import { useState } from "react";
import { useDecideApproval } from "@/api/mutations";
import { useTools } from "@/api/queries";
import { Button } from "@/components/Button";
import { Field, Input, Textarea } from "@/components/Field";
import { toast } from "@/components/toast_store";
import { readArgs } from "./args_check";
import { useKept } from "./kept";

interface ApprovalControlsProps {
  /** Of the approval, which is that of its call. */
  id: string;
  tool: string;
  args: Record<string, unknown>;
  /** Why it has to be asked, where the tool said so. */
  reason?: string | null;
}

const ROWS_MIN_COUNT = 3;
const ROWS_MAX_COUNT = 12;

function ArgsEditor({
  text,
  problem,
  onChange,
}: {
  text: string;
  problem: string | null;
  onChange: (text: string) => void;
}) {
  return (
    <Field label="Arguments (JSON)" error={problem}>
      {(ids) => (
        <Textarea
          {...ids}
          value={text}
          spellCheck={false}
          rows={Math.min(ROWS_MAX_COUNT, Math.max(ROWS_MIN_COUNT, text.split("\n").length))}
          onChange={(event) => onChange(event.target.value)}
          className="font-mono text-xs"
        />
      )}
    </Field>
  );
}

/** The decision as it is made: perhaps a reason, perhaps other arguments. */
function useDecision({ id, tool, args }: ApprovalControlsProps) {
  const decide = useDecideApproval();
  const schema = useTools().data?.data.find((one) => one.name === tool)?.parameters;
  const [why, setWhy] = useKept(`approval:${id}:why`, "");
  const [edited, setEdited] = useKept<string | null>(`approval:${id}:args`, null);
  const [problem, setProblem] = useState<string | null>(null);
  const send = (decision: "approve" | "deny", changed?: Record<string, unknown>) => {
    const reason = why.trim();
    decide.mutate(
      { id, decision, ...(changed ? { args: changed } : {}), ...(reason ? { reason } : {}) },
      { onError: (error) => toast.error(error) },
    );
  };
  const approve = () => {
    if (edited === null) return send("approve");
    const read = readArgs(edited, schema);
    if ("problem" in read) return setProblem(read.problem);
    setProblem(null);
    send("approve", read.args);
  };
  const edit = () => setEdited(JSON.stringify(args, null, 2));
  const keepOriginal = () => {
    setEdited(null);
    setProblem(null);
  };
  const isSent = decide.isPending || decide.isSuccess;
  return {
    why,
    setWhy,
    edited,
    setEdited,
    edit,
    keepOriginal,
    problem,
    approve,
    deny: () => send("deny"),
    isSent,
  };
}

/** Approve, deny, or edit the arguments and approve. */
export function ApprovalControls(props: ApprovalControlsProps) {
  const { tool, reason } = props;
  const { why, setWhy, edited, setEdited, edit, keepOriginal, problem, approve, deny, isSent } =
    useDecision(props);
  return (
    <section
      aria-label={`Approval of ${tool}`}
      className="flex flex-col gap-2 rounded-md bg-warn-soft p-2 text-text"
    >
      <p className="text-xs font-medium">{reason || "This call waits for your decision."}</p>
      {edited !== null && <ArgsEditor text={edited} problem={problem} onChange={setEdited} />}
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
