import { useParams } from "wouter";
import { useTools } from "@/api/queries";
import { ErrorNote } from "@/components/ErrorNote";
import { PageHeader } from "@/components/PageHeader";
import { Skeleton } from "@/components/Skeleton";
import { ToolList } from "./tool_list";
import { ToolPage } from "./tool_page";

/** All tools, or the one that the address names. */
export default function ToolsPage() {
  const { name } = useParams<{ name?: string }>();
  const tools = useTools();
  const title = name ?? "Tools";
  if (tools.error && !tools.data) {
    return (
      <>
        <PageHeader title={title} />
        <ErrorNote error={tools.error} onRetry={() => void tools.refetch()} />
      </>
    );
  }
  if (!tools.data) {
    return (
      <>
        <PageHeader title={title} />
        <Skeleton lines={8} />
      </>
    );
  }
  if (name === undefined) return <ToolList tools={tools.data.data} />;
  return <ToolPage name={name} tools={tools.data.data} />;
}
