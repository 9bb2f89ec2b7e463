import { useQueryClient } from "@tanstack/react-query";
import { Menu as MenuIcon } from "lucide-react";
import { Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { Route, Switch, useLocation, useSearch } from "wouter";
import { startFeed } from "@/api/feed";
import { IconButton } from "@/components/Button";
import { Sheet } from "@/components/Dialog";
import { Skeleton } from "@/components/Skeleton";
import { startShortcuts, useCommands, useShortcuts } from "./commands";
import { ErrorBoundary } from "./ErrorBoundary";
import { Navigation } from "./Navigation";
import { NotFound } from "./NotFound";
import { Palette } from "./Palette";
import { forgetFailedPages, links, ROUTES } from "./routes";
import { ShortcutSheet } from "./ShortcutSheet";
import { setTheme, THEMES } from "./theme";

function useShellCommands(navigate: (to: string) => void, showShortcuts: () => void): void {
  const commands = useMemo(() => {
    const { home: run, runs, sessions, approvals, tools, agents, presets } = links;
    const pages = Object.entries({ run, runs, sessions, approvals, tools, agents, presets });
    const toPages = pages.map(([name, href]) => ({
      id: `page-${name}`,
      title: `Go to ${name}`,
      run: () => navigate(href),
    }));
    const themes = THEMES.map((theme) => ({
      id: `theme-${theme}`,
      title: `Theme: ${theme}`,
      run: () => setTheme(theme),
    }));
    const others = [
      { id: "page-compare", title: "Compare two runs", run: () => navigate(links.comparePage) },
      { id: "shortcuts", title: "Keyboard shortcuts", detail: "?", run: showShortcuts },
    ];
    return [...toPages, ...others, ...themes];
  }, [navigate, showShortcuts]);
  useCommands(commands);
}

/** Navigation, the page of the address, palette and shortcuts. */
export function Frame() {
  const client = useQueryClient();
  const [location, navigate] = useLocation();
  const search = useSearch();
  const [open, setOpen] = useState<"drawer" | "palette" | "shortcuts" | null>(null);
  const shortcuts = useMemo(
    () => [
      {
        keys: "Mod+k",
        title: "Commands, and search of runs",
        run: () => setOpen("palette"),
        isGlobal: true,
        isEverywhere: true,
      },
      { keys: "?", title: "Keyboard shortcuts", run: () => setOpen("shortcuts"), isEverywhere: true },
    ],
    [],
  );
  const showShortcuts = useCallback(() => setOpen("shortcuts"), []);
  useShellCommands(navigate, showShortcuts);
  useShortcuts(shortcuts);
  useEffect(startShortcuts, []);
  useEffect(() => startFeed(client), [client]);
  const openIf = (name: typeof open) => (isOpen: boolean) => setOpen(isOpen ? name : null);
  return (
    <div className="flex h-full flex-col md:flex-row">
      <a href="#page" className="sr-only focus:not-sr-only">
        Skip to the page
      </a>
      <header className="flex items-center gap-2 border-b border-line bg-surface px-2 py-1 md:hidden">
        <IconButton
          label="Open the navigation"
          icon={<MenuIcon size={18} aria-hidden />}
          onClick={() => setOpen("drawer")}
        />
        <span className="font-semibold">agent-sdk</span>
      </header>
      <div className="hidden w-44 shrink-0 border-r border-line bg-surface md:block">
        <Navigation />
      </div>
      <main id="page" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
        <ErrorBoundary key={location} address={`${location}?${search}`} onShown={forgetFailedPages}>
          <Suspense fallback={<Skeleton lines={6} />}>
            <Switch>
              {ROUTES.map(({ path, page }) => (
                <Route key={path} path={path} component={page} />
              ))}
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <Sheet open={open === "drawer"} onOpenChange={openIf("drawer")} title="Navigation" side="left">
        <Navigation onNavigate={() => setOpen(null)} />
      </Sheet>
      <Palette open={open === "palette"} onOpenChange={openIf("palette")} />
      <ShortcutSheet open={open === "shortcuts"} onOpenChange={openIf("shortcuts")} />
    </div>
  );
}
