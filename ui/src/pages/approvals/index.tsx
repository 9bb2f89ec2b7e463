import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useApprovals } from "@/api/queries";
import { keys } from "@/api/query_keys";
import { Badge } from "@/components/Badge";
import { KeyHint, PageHeader } from "@/components/PageHeader";
import { Tabs } from "@/components/Tabs";
import { useSearchParams } from "@/shell/search_params";
import { Decided } from "./decided";
import { Inbox } from "./inbox";

/** The feed tells of runs; that one of several calls of a run was decided elsewhere, only the list says. */
const REFRESH_MS = 10_000;

function useFreshApprovals(): void {
  const client = useQueryClient();
  useEffect(() => {
    const refresh = () => {
      if (!document.hidden) void client.invalidateQueries({ queryKey: keys.approvals });
    };
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [client]);
}

export default function ApprovalsPage() {
  const [params, change] = useSearchParams();
  const pending = useApprovals("pending");
  useFreshApprovals();
  const count = pending.rows.length;
  const tab = params.get("tab") === "decided" ? "decided" : "waiting";
  const waiting = (
    <span className="inline-flex items-center gap-1.5">
      Waiting
      {count > 0 && (
        <Badge tone="warn">
          {count}
          {pending.hasNextPage ? "+" : ""}
        </Badge>
      )}
    </span>
  );
  return (
    <>
      <PageHeader
        title="Approvals"
        subtitle="Tool calls that wait for a human. Their runs go on when all of their calls are decided."
        actions={
          <p className="hidden items-center gap-1 text-xs text-muted lg:flex">
            <KeyHint keys="j" /> <KeyHint keys="k" /> move <KeyHint keys="a" /> approve <KeyHint keys="d" />{" "}
            deny <KeyHint keys="e" /> edit
          </p>
        }
      />
      <Tabs
        label="Approvals"
        value={tab}
        onValueChange={(value) => change({ tab: value === "decided" ? value : null, item: null })}
        items={[
          { value: "waiting", label: waiting, content: <Inbox pending={pending} /> },
          { value: "decided", label: "Decided", content: <Decided /> },
        ]}
      />
    </>
  );
}
