import { Conversation } from "@/conversation";
import type { TraceTabProps } from "./tab_props";

export default function ConversationTab({ run, item, onSelect }: TraceTabProps) {
  return (
    <div className="flex h-full flex-col">
      <Conversation view={run.view} item={item} onSelect={onSelect} />
    </div>
  );
}
