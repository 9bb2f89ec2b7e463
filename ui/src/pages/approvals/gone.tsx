import { Info } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Approval } from "@/api/model";
import { standing } from "./decide";

/** A note when what was chosen, or what the address names, is not waiting any more. */
export function useGone(
  item: string | null,
  rows: readonly Approval[],
  decided: ReadonlySet<string>,
): ReactNode {
  const isGone = item !== null && !decided.has(item) && !rows.some((row) => row.id === item);
  const [said, setSaid] = useState<{ item: string; text: string } | null>(null);
  useEffect(() => {
    if (!isGone || item === null) return;
    let isWanted = true;
    const say = (text: string) => isWanted && setSaid({ item, text });
    api.get("/v1/approvals/{approval_id}", { path: { approval_id: item } }).then(
      (approval) => {
        // One that still waits is further down the list.
        if (approval.status !== "pending") say(standing(approval as Approval));
      },
      () => say(`${item} is not here any more.`),
    );
    return () => {
      isWanted = false;
    };
  }, [isGone, item]);
  if (!isGone || said?.item !== item) return null;
  return (
    <p role="status" className="m-4 mb-0 flex items-start gap-2 rounded-md bg-info-soft p-3 text-info">
      <Info size={16} aria-hidden className="mt-0.5 shrink-0" />
      {said.text}
    </p>
  );
}
