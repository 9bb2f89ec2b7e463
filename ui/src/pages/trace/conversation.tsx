import { Conversation } from "@/conversation";
import type { TraceTabProps } from "./tab_props";

export default function ConversationTab({ run, item, onSelect }: TraceTabProps) {
  return (
    <div className="flex h-full flex-col">
      <h2 className="sr-only">Conversation</h2>
      <Conversation view={run.view} item={item} onSelect={onSelect} />
    </div>
  );
}
