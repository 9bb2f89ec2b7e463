import { Link } from "wouter";

interface CrumbProps {
  /** The list that the page's thing is in. */
  list: string;
  href: string;
  name: string;
}

/** Heading of a page of one thing: the way back to the list, and the thing's name. */
export function Crumb({ list, href, name }: CrumbProps) {
  return (
    <>
      <Link href={href} className="font-normal text-accent underline">
        {list}
      </Link>
      <span className="font-normal text-muted"> / </span>
      <span className="font-mono">{name}</span>
    </>
  );
}
