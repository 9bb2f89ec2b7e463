import {
  Bot,
  CirclePlay,
  LibraryBig,
  ListTree,
  LogOut,
  MessagesSquare,
  ShieldQuestion,
  Wrench,
} from "lucide-react";
import { Link, useLocation } from "wouter";
import { useFeedState } from "@/api/feed";
import { signOut } from "@/api/key";
import { useApprovals } from "@/api/queries";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { cx } from "@/components/classes";
import { Field, Select } from "@/components/Field";
import { toast } from "@/components/toast_store";
import { links } from "./routes";
import { setTheme, THEMES, useTheme } from "./theme";

const PAGES = [
  { href: links.home, label: "Run", Icon: CirclePlay },
  { href: links.runs, label: "Runs", Icon: ListTree },
  { href: links.sessions, label: "Sessions", Icon: MessagesSquare },
  { href: links.approvals, label: "Approvals", Icon: ShieldQuestion },
  { href: links.tools, label: "Tools", Icon: Wrench },
  { href: links.agents, label: "Agents", Icon: Bot },
  { href: links.presets, label: "Presets", Icon: LibraryBig },
] as const;

const isAt = (location: string, href: string) =>
  href === links.home ? location === href : location === href || location.startsWith(`${href}/`);

function ApprovalsBadge() {
  const { rows, hasNextPage } = useApprovals("pending");
  if (rows.length === 0) return null;
  return (
    <Badge tone="warn" className="ml-auto">
      {rows.length}
      {hasNextPage ? "+" : ""}
      <span className="sr-only"> waiting</span>
    </Badge>
  );
}

/** Pages, theme and sign-out; in the rail, and in the drawer of a narrow page. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const [location] = useLocation();
  const theme = useTheme();
  const feed = useFeedState();
  return (
    <nav aria-label="Main" className="flex h-full flex-col gap-1 p-2">
      <ul className="flex flex-col gap-0.5">
        {PAGES.map(({ href, label, Icon }) => (
          <li key={href}>
            <Link
              href={href}
              onClick={() => onNavigate?.()}
              aria-current={isAt(location, href) ? "page" : undefined}
              className={cx(
                "flex items-center gap-2 rounded-md px-2 py-1.5 hover:bg-raised",
                isAt(location, href) && "bg-accent-soft font-medium text-accent",
              )}
            >
              <Icon size={16} aria-hidden />
              {label}
              {href === links.approvals && <ApprovalsBadge />}
            </Link>
          </li>
        ))}
      </ul>
      <div className="mt-auto flex flex-col gap-2">
        {feed === "reconnecting" && (
          <p role="status" className="text-xs text-warn">
            Live updates are away; trying again.
          </p>
        )}
        <Field label="Theme">
          {(ids) => (
            <Select
              {...ids}
              value={theme}
              options={THEMES.map((value) => ({ value, label: value }))}
              onValueChange={(value) => setTheme(THEMES.find((one) => one === value) ?? "system")}
            />
          )}
        </Field>
        <Button
          variant="ghost"
          icon={<LogOut size={14} aria-hidden />}
          onClick={() => signOut().catch(toast.error)}
        >
          Sign out
        </Button>
      </div>
    </nav>
  );
}
