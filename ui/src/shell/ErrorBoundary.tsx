import { Component, type ReactNode } from "react";
import { ErrorNote } from "@/components/ErrorNote";

interface Props {
  children: ReactNode;
  /** Where the page is: at another address it is tried anew. */
  address: string;
  /** After the error is shown. */
  onShown: () => void;
}

interface State {
  error: unknown;
  failed: boolean;
}

const NO_FAILURE: State = { error: null, failed: false };

/** Keeps the rest of the console alive when a page fails. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = NO_FAILURE;
  private wasRetried = false;

  static getDerivedStateFromError(error: unknown): State {
    return { error, failed: true };
  }

  override componentDidCatch(): void {
    this.props.onShown();
  }

  override componentDidUpdate(before: Props): void {
    if (before.address === this.props.address) return;
    this.wasRetried = false;
    if (this.state.failed) this.setState(NO_FAILURE);
  }

  /** Some browsers keep the failure of a module for as long as the document lives: then only a reload helps. */
  private readonly retry = () => {
    if (this.wasRetried) window.location.reload();
    this.wasRetried = true;
    this.setState(NO_FAILURE);
  };

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <ErrorNote error={this.state.error} onRetry={this.retry} />;
  }
}
