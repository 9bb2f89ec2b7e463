import { Link } from "wouter";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { links } from "./routes";

export function NotFound() {
  const back = (
    <Link href={links.home} className="text-accent underline">
      To the Run page
    </Link>
  );
  return (
    <>
      <PageHeader title="Not found" />
      <EmptyState title="There is no such page" text="The address may be of another version." action={back} />
    </>
  );
}
