/** A run as a conversation: shared by the Run page and the trace. */
export { ApprovalControls } from "./ApprovalControls";
export { CitationChip } from "./CitationChip";
export { Conversation, type ConversationActions, type ConversationProps } from "./Conversation";
export { MessageBlock } from "./MessageBlock";
export { Reasoning } from "./Reasoning";
export { ToolCard } from "./ToolCard";
export { useThread } from "./thread";
