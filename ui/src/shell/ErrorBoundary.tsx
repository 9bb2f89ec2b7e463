import { Component, type ReactNode } from "react";
import { ErrorNote } from "@/components/ErrorNote";

interface State {
  error: unknown;
  failed: boolean;
}

/** Keeps the rest of the console alive when a page fails; give it a `key` that changes with the address. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null, failed: false };

  static getDerivedStateFromError(error: unknown): State {
    return { error, failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <ErrorNote error={this.state.error} onRetry={() => window.location.reload()} />;
  }
}
