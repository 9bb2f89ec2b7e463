import { useLocation } from "wouter";
import { isTerminal, type Run } from "@/api/model";
import { copyText } from "@/components/CopyButton";
import type { MenuItem } from "@/components/Menu";
import { RowMenu } from "@/components/RowMenu";
import { toast } from "@/components/toast_store";
import { links } from "@/shell/routes";
import type { RunAction } from "./actions";
import { excerptOf } from "./cells";

interface RunMenuProps {
  run: Run;
  onAction: (action: RunAction, runs: readonly Run[]) => void;
}

function useItems({ run, onAction }: RunMenuProps): () => MenuItem[] {
  const [, navigate] = useLocation();
  return () => {
    const to = (label: string, href: string): MenuItem => ({ label, onSelect: () => navigate(href) });
    const act = (label: string, action: RunAction): MenuItem => ({
      label,
      danger: action === "delete",
      onSelect: () => onAction(action, [run]),
    });
    const copyId = async () => {
      if (await copyText(run.id)) toast.success("Copied.");
    };
    const changes = isTerminal(run.status)
      ? [act("Delete", "delete")]
      : [run.status === "paused" ? act("Resume", "resume") : act("Pause", "pause"), act("Cancel", "cancel")];
    return [
      to("Open the trace", links.trace(run.id)),
      to("Open in Run", links.start({ run: run.id })),
      to("Open the session", links.session(run.session_id)),
      to("Runs of this session", `${links.runs}?${new URLSearchParams({ session: run.session_id })}`),
      to("Child runs", `${links.runs}?${new URLSearchParams({ parent: run.id })}`),
      { label: "Copy the id", onSelect: () => void copyId() },
      ...changes,
    ];
  };
}

export function RunMenu(props: RunMenuProps) {
  const { run } = props;
  return <RowMenu name={excerptOf(run.input) || run.id} items={useItems(props)} />;
}
